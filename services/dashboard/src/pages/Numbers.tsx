/** Any number: a metric, by one or two dimensions, over a period. The address is the question. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { api, body, type Schemas } from "../api/client";
import { usePositionNames } from "../api/people";
import { percent } from "../format";
import { called, dimensionsOf, membersOf, queryOf, type Key, type Metric, type Row } from "../question";
import type { NumbersSearch } from "../router";
import { texts } from "../texts";
import { Answered } from "../ui/answers";
import { Face } from "../ui/faces";
import { Choice, Page, Panel, Span, Tag, Views } from "../ui/parts";
import { PositionChoice } from "../ui/PositionChoice";
import { Members } from "./Members";
import { Picture } from "./NumbersPicture";
import { Export, NumbersTable } from "./NumbersTable";
import "./numbers.css";

const t = texts.numbers;
const route = getRouteApi("/shell/numbers");
type Change = (changed: NumbersSearch) => void;

export function Numbers() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change: Change = (changed) =>
    void navigate({ search: (before) => ({ ...before, who: undefined, ...changed }) });
  const registry = useQuery({
    queryKey: ["metrics"],
    queryFn: () => body(api.GET("/v1/analytics/metrics")),
    staleTime: 600_000,
  });
  return (
    <Page title={texts.pages.numbers} aside={<Views view={search.view} onChange={(view) => change({ view })} />}>
      <Answered query={registry} empty={<Face title={t.empty} />} isEmpty={({ items }) => items.length === 0}>
        {({ items }) => {
          const metric = items.find(({ name }) => name === search.metric) ?? items[0];
          return metric && <Asked key={metric.name} metrics={items} {...{ metric, search, change }} />;
        }}
      </Answered>
    </Page>
  );
}

interface AskedProps {
  metrics: readonly Metric[];
  metric: Metric;
  search: NumbersSearch;
  change: Change;
}

function Asked({ metrics, metric, search, change }: AskedProps) {
  const query = queryOf(metric, search);
  const answer = useQuery({
    queryKey: ["metric", metric.name, query],
    queryFn: () =>
      body(
        api.GET("/v1/analytics/metrics/{name}", { params: { path: { name: metric.name }, query: query as object } }),
      ) as Promise<Schemas["MetricAnswer"]>,
    refetchInterval: 15_000,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const shown = answer.data?.rows.flatMap((row) => row.key.position ?? []) ?? [];
  const titles = usePositionNames([...shown, ...(search.who?.position === undefined ? [] : [search.who.position])]);
  const label = (row: Row, key: string): string => called(key, row.key[key], search, titles);
  const open = (key: Key): void => change({ who: key });
  return (
    <>
      <Question {...{ metrics, metric, search, change }} />
      <Panel title={metric.question} action={<Export name={metric.name} query={query} />}>
        <details className="definition">
          <summary>{t.definition}</summary>
          <p>{metric.definition}</p>
          <p>
            <code>{metric.formula}</code> <small>{metric.unit}</small>
          </p>
        </details>
        <Answered
          query={answer}
          isEmpty={({ rows }) => rows.length === 0}
          empty={<Face title={t.empty}>{t.emptyHow}</Face>}
        >
          {(found) => <Found {...{ metric, search, change, label, open }} rows={found.rows} more={found.more} />}
        </Answered>
      </Panel>
      <Members
        number={
          search.who && {
            ...membersOf(metric, search, search.who),
            title:
              Object.entries(search.who)
                .map(([key, value]) => called(key, value, search, titles))
                .join(" · ") || metric.question,
          }
        }
        onClose={() => change({})}
      />
    </>
  );
}

interface FoundProps extends Omit<AskedProps, "metrics"> {
  rows: Row[];
  more: boolean;
  label: (row: Row, key: string) => string;
  open: (key: Key) => void;
}

/** Three keys are two too many for a picture of a plane: of the metric's own one value is chosen. */
function Found({ metric, search, change, rows, more, label, open }: FoundProps) {
  const keys = Object.keys(rows[0]?.key ?? {});
  const own = keys.length === 3 ? metric.key : null;
  const values = own === null ? [] : [...new Map(rows.map((row) => [row.key[own] ?? "", label(row, own)]))];
  const chosen = values.find(([value]) => value === search.of)?.[0] ?? firstWith(rows, own);
  const drawn = own === null ? rows : rows.filter((row) => row.key[own] === chosen);
  const [first] = rows;
  const isYoung = first?.too_young === true && rows.every((row) => row.too_young && row.mature === first.mature);
  return (
    <>
      {(own !== null || isYoung || more) && (
        <div className="filters body picture-head">
          {own !== null && (
            <Choice label={t.keys[own] ?? own} value={chosen} options={values} onChange={(of) => change({ of })} />
          )}
          {isYoung && <Tag tone="warn">{texts.positions.youngShare(percent(1 - first.mature))}</Tag>}
          {more && <Tag tone="warn">{t.more}</Tag>}
        </div>
      )}
      <Picture {...{ metric, label, open }} rows={drawn} keys={keys.filter((key) => key !== own)} />
      {keys.length > 0 && <NumbersTable {...{ metric, label, open, keys }} rows={drawn} />}
    </>
  );
}

const firstWith = (rows: readonly Row[], own: string | null): string | undefined =>
  own === null ? undefined : ((rows.find((row) => row.value !== null) ?? rows[0])?.key[own] ?? undefined);

function Question({ metrics, metric, search, change }: AskedProps) {
  const by = dimensionsOf(metric, search);
  const dimensions = metric.dimensions.map((one) => [one, t.keys[one] ?? one] as const);
  return (
    <div className="filters question">
      <Choice
        label={t.metric}
        value={metric.name}
        options={metrics.map((one) => [one.name, one.question] as const)}
        onChange={(value) => change({ metric: value, of: undefined })}
      />
      <Choice
        label={t.by}
        any={t.whole}
        value={by[0]}
        options={dimensions}
        onChange={(value) => change({ by: value, and: undefined })}
      />
      {by[0] !== undefined && (
        <Choice
          label={t.and}
          any={t.nothing}
          value={by[1]}
          options={dimensions.filter(([one]) => one !== by[0])}
          onChange={(value) => change({ and: value })}
        />
      )}
      {by.includes("period") && (
        <Choice
          label={t.period}
          value={search.period ?? "month"}
          options={Object.entries(t.periods)}
          onChange={(period) => change({ period })}
        />
      )}
      {metric.dimensions.includes("position") && !by.includes("position") && (
        <PositionChoice
          label={t.keys.position ?? ""}
          value={search.position}
          onChange={(position) => change({ position })}
        />
      )}
      <Span from={search.from} to={search.to} onChange={change} />
    </div>
  );
}
