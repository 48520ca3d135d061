/** One position: its funnel, how it ended for people, and what a change would bring. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { api, body, type Schemas } from "../api/client";
import { decimal, hours, number, percent, relative } from "../format";
import type { FunnelSearch } from "../router";
import { texts } from "../texts";
import { Failed, Loading } from "../ui/faces";
import { Page, Panel, Tag } from "../ui/parts";
import { Preview } from "./Preview";

const t = texts.positions;
const route = getRouteApi("/shell/positions/$position");

export function Position() {
  const { position } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const path = { position };
  const record = useQuery({
    queryKey: ["position", position],
    queryFn: () => body(api.GET("/v1/positions/{position}", { params: { path } })),
    retry: false,
  });
  const period = { view: search.view, from: search.from, to: search.to };
  const funnel = useQuery({
    queryKey: ["funnel", position, period],
    queryFn: () => body(api.GET("/v1/analytics/positions/{position}/funnel", { params: { path, query: period } })),
    refetchInterval: 5_000,
    placeholderData: keepPreviousData,
  });
  const everything = useQuery({
    queryKey: ["funnel", "organisation", period],
    queryFn: () =>
      body(api.GET("/v1/analytics/funnel", { params: { query: period } })) as Promise<Schemas["OrganisationFunnel"]>,
    placeholderData: keepPreviousData,
  });
  const change = (changed: FunnelSearch): void => void navigate({ search: (before) => ({ ...before, ...changed }) });
  const one = record.data;
  if (record.isError && funnel.isError) return <Failed error={record.error} retry={() => void record.refetch()} />;
  return (
    <Page
      title={one?.title ?? one?.references[0] ?? texts.pages.positions}
      aside={
        <div className="segments" role="group" aria-label={t.view}>
          <button aria-pressed={search.view === undefined} onClick={() => change({ view: undefined })}>
            {t.cohort}
          </button>
          <button aria-pressed={search.view === "activity"} onClick={() => change({ view: "activity" })}>
            {t.activity}
          </button>
        </div>
      }
    >
      <p className="lead">
        {one && (
          <>
            <Tag tone={one.status === "open" ? "good" : undefined}>{t.statuses[one.status ?? "draft"]}</Tag>{" "}
            {[
              one.sponsor,
              one.level,
              one.remote ? t.remote : one.locations[0]?.city,
              pay(one.salary),
              one.opened_at && t.opened(relative(one.opened_at)),
            ]
              .filter(Boolean)
              .join(" · ")}{" "}
            <Link className="link" to="/queue" search={{ position }}>
              {t.inQueue}
            </Link>
          </>
        )}
      </p>
      {funnel.isError && funnel.data === undefined ? (
        <Failed error={funnel.error} retry={() => void funnel.refetch()} />
      ) : funnel.data === undefined ? (
        <Loading />
      ) : (
        <div className="columns">
          <div className="stack">
            <Funnel funnel={funnel.data} everything={everything.data} />
            <Preview
              position={position}
              salary={one?.salary ?? null}
              remote={one?.remote ?? false}
              skills={one?.skills ?? []}
            />
          </div>
          <div className="stack">
            <Shares title={t.outcomes} values={funnel.data.outcomes} names={t.outcomeNames} />
            <Shares title={t.touches} values={funnel.data.responded_by_touch} names={t.touchNames} />
            <Shares title={t.declines} values={funnel.data.declines} names={texts.reasons} />
            <Shares title={t.rejections} values={funnel.data.rejections} names={texts.reasons} />
            {one && <Ask record={one} />}
          </div>
        </div>
      )}
    </Page>
  );
}

const pay = (salary: Schemas["SalaryRange"] | null): string | null =>
  salary?.max ? `${salary.min ? `${number(salary.min)} – ` : ""}${number(salary.max)} ${salary.currency ?? ""}` : null;

interface FunnelProps {
  funnel: Schemas["PositionFunnel"];
  everything: Schemas["OrganisationFunnel"] | undefined;
}

function Funnel({ funnel, everything }: FunnelProps) {
  const most = Math.max(1, ...funnel.stages.map(({ reached }) => reached));
  return (
    <Panel title={t.funnel} action={funnel.too_young && <Tag tone="warn">{t.young}</Tag>}>
      <div className="body">
        <ol className="bars wide">
          {funnel.stages.map((one, index) => {
            const usual = everything?.stages[index]?.from_previous;
            return (
              <li key={one.stage}>
                <span>{texts.stages[one.stage]}</span>
                <meter
                  min={0}
                  max={most}
                  value={one.reached}
                  aria-label={`${texts.stages[one.stage] ?? ""}: ${number(one.reached)}`}
                />
                <strong className="num" data-stage={one.stage}>
                  {number(one.reached)}
                </strong>
                <small title={t.conversion}>
                  {one.from_previous === null || index === 0 ? "" : percent(one.from_previous)}
                  {usual !== null && usual !== undefined && index > 0 && (
                    <span className="usual" title={t.usual}>
                      {" "}
                      / {percent(usual)}
                    </span>
                  )}
                </small>
                <small title={t.median}>{one.median_hours === null ? "" : hours(one.median_hours)}</small>
              </li>
            );
          })}
        </ol>
        <p className="note">{t.funnelHow}</p>
        {funnel.freshness.behind_events > 0 && (
          <p className="note">
            {texts.today.behind(number(funnel.freshness.behind_events))} ({decimal(funnel.freshness.behind_seconds)} s)
          </p>
        )}
      </div>
    </Panel>
  );
}

function Shares({
  title,
  values,
  names,
}: {
  title: string;
  values: Record<string, number>;
  names: Record<string, string>;
}) {
  const shown = Object.entries(values).filter(([, value]) => value > 0);
  const all = shown.reduce((sum, [, value]) => sum + value, 0);
  if (shown.length === 0) return null;
  return (
    <Panel title={title} count={all}>
      <div className="body">
        <ul className="bars">
          {shown
            .toSorted((a, b) => b[1] - a[1])
            .map(([name, value]) => (
              <li key={name}>
                <span>{names[name] ?? name}</span>
                <meter min={0} max={all} value={value} aria-label={`${names[name] ?? name}: ${number(value)}`} />
                <span className="num">
                  {number(value)} <small>{percent(value / all)}</small>
                </span>
              </li>
            ))}
        </ul>
      </div>
    </Panel>
  );
}

/** What is required, beside the problem that is to be solved. */
function Ask({ record }: { record: Schemas["Position"] }) {
  const lists = [
    [t.requirements, record.requirements.map(({ text }) => text)],
    [t.needs, record.needs.map(({ text }) => text)],
    [t.downsides, record.downsides],
    [t.skills, record.skills],
  ] as const;
  return (
    <Panel title={t.ask}>
      <dl className="facts body">
        {lists
          .filter(([, items]) => items.length > 0)
          .map(([name, items]) => (
            <FactList key={name} name={name} items={items} />
          ))}
      </dl>
    </Panel>
  );
}

function FactList({ name, items }: { name: string; items: readonly string[] }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {items.map((one) => (
          <div key={one}>{one}</div>
        ))}
      </dd>
    </>
  );
}
