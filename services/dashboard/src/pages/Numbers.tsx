/** Any number: a metric, by one or two dimensions, over a period. The address is the question. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { api, body, type Schemas } from "../api/client";
import { usePositions } from "../api/people";
import { decimal, hours, number, percent } from "../format";
import type { NumbersSearch } from "../router";
import { texts } from "../texts";
import { Face, Failed, Loading } from "../ui/faces";
import { Choice, Page, Panel, Tag } from "../ui/parts";

const Chart = lazy(() => import("../ui/Chart").then((module) => ({ default: module.Chart })));
const t = texts.numbers;
const route = getRouteApi("/shell/numbers");
type Row = Schemas["NumberRow"];

/** A value in its metric's unit. */
export function inUnit(value: number | null, unit: string): string {
  if (value === null) return "–";
  if (unit.includes("share") || unit.includes("ratio")) return percent(value);
  if (unit.includes("hour")) return hours(value);
  return Number.isInteger(value) ? number(value) : decimal(value);
}

export function Numbers() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (changed: NumbersSearch): void => void navigate({ search: (before) => ({ ...before, ...changed }) });
  const registry = useQuery({
    queryKey: ["metrics"],
    queryFn: () => body(api.GET("/v1/analytics/metrics")),
    staleTime: 600_000,
  });
  const metric = registry.data?.items.find(({ name }) => name === search.metric) ?? registry.data?.items[0];
  const has = (name: string | undefined): name is string =>
    name !== undefined && (metric?.dimensions.includes(name) ?? false);
  const by = [...new Set([search.by, search.and].filter(has))];
  const query = {
    group_by: by.length > 0 ? by.join(",") : undefined,
    period: search.period,
    view: search.view,
    from: search.from,
    to: search.to,
    position: search.position,
  };
  const name = metric?.name ?? "";
  const answer = useQuery({
    queryKey: ["metric", name, query],
    queryFn: () =>
      body(api.GET("/v1/analytics/metrics/{name}", { params: { path: { name }, query: query as object } })) as Promise<
        Schemas["MetricAnswer"]
      >,
    enabled: name !== "",
    refetchInterval: 15_000,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const positions = usePositions();
  const titles = new Map(positions.data?.map((one) => [one.id, one.title ?? one.references[0] ?? one.id]));
  const rows = answer.data?.rows ?? [];
  const keys = Object.keys(rows[0]?.key ?? {});
  const label = (row: Row): string =>
    keys.map((key) => shownKey(key, row.key[key], titles)).join(" · ") || (metric?.name ?? "").replaceAll("_", " ");
  const dimensions = metric?.dimensions.map((one) => [one, one.replaceAll("_", " ")] as const) ?? [];
  return (
    <Page title={texts.pages.numbers}>
      {registry.isError ? (
        <Failed error={registry.error} retry={() => void registry.refetch()} />
      ) : metric === undefined ? (
        <Loading />
      ) : (
        <>
          <div className="filters">
            <Choice
              label={t.metric}
              value={metric.name}
              options={registry.data?.items.map((one) => [one.name, one.name.replaceAll("_", " ")] as const) ?? []}
              onChange={(value) => change({ metric: value, by: undefined, and: undefined })}
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
            <label className="choice">
              <span>{t.from}</span>
              <input
                type="date"
                value={search.from ?? ""}
                onChange={(event) => change({ from: event.target.value || undefined })}
              />
            </label>
            <label className="choice">
              <span>{t.to}</span>
              <input
                type="date"
                value={search.to ?? ""}
                onChange={(event) => change({ to: event.target.value || undefined })}
              />
            </label>
            <div className="segments" role="group" aria-label={texts.positions.view}>
              <button aria-pressed={search.view === undefined} onClick={() => change({ view: undefined })}>
                {texts.positions.cohort}
              </button>
              <button aria-pressed={search.view === "activity"} onClick={() => change({ view: "activity" })}>
                {texts.positions.activity}
              </button>
            </div>
          </div>
          <p className="lead">{metric.question}</p>
          <div className="stack">
            <Panel
              title={metric.name.replaceAll("_", " ")}
              action={rows.length > 0 && <Export name={metric.name} keys={keys} rows={rows} />}
            >
              {answer.isError && answer.data === undefined ? (
                <Failed error={answer.error} retry={() => void answer.refetch()} />
              ) : answer.data === undefined ? (
                <Loading />
              ) : rows.length === 0 ? (
                <Face title={t.empty}>{t.emptyHow}</Face>
              ) : (
                <>
                  {rows.length > 1 && (
                    <Suspense fallback={<div className="chart" />}>
                      <Chart
                        isLine={by[0] === "period" || by[1] === "period"}
                        unit={metric.unit}
                        points={rows.map((row) => ({
                          label: label(row),
                          value: row.value,
                          low: row.low,
                          high: row.high,
                        }))}
                      />
                    </Suspense>
                  )}
                  <Table
                    rows={rows}
                    keys={keys}
                    label={(row, key) => shownKey(key, row.key[key], titles)}
                    unit={metric.unit}
                  />
                </>
              )}
            </Panel>
            <Panel title={t.definition}>
              <div className="body">
                <p>{metric.definition}</p>
                <p className="note">
                  <code>{metric.formula}</code>
                </p>
              </div>
            </Panel>
          </div>
        </>
      )}
    </Page>
  );
}

function shownKey(name: string, value: unknown, titles: ReadonlyMap<string, string>): string {
  const text = value === null || value === undefined ? t.unknown : String(value);
  if (name === "position") return titles.get(text) ?? text;
  if (name === "stage") return texts.stages[text] ?? text;
  return texts.reasons[text] ?? text;
}

interface TableProps {
  rows: Row[];
  keys: string[];
  label: (row: Row, key: string) => string;
  unit: string;
}

function Table({ rows, keys, label, unit }: TableProps) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={t.table}>
      <table className="data">
        <thead>
          <tr>
            {keys.map((key) => (
              <th key={key} scope="col">
                {key.replaceAll("_", " ")}
              </th>
            ))}
            <th scope="col" className="num">
              {t.value}
            </th>
            <th scope="col" className="num">
              {t.interval}
            </th>
            <th scope="col" className="num">
              {t.sample}
            </th>
            <th scope="col">
              <span className="hidden">{t.notes}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {keys.map((key) => (
                <td key={key}>{label(row, key)}</td>
              ))}
              <td className="num">
                <strong>{inUnit(row.value, unit)}</strong>
              </td>
              <td className="num">
                {row.low !== null && row.high !== null && (
                  <small>
                    {inUnit(row.low, unit)} – {inUnit(row.high, unit)}
                  </small>
                )}
              </td>
              <td className="num">{number(row.n)}</td>
              <td>
                <span className="tags">
                  {row.small && <Tag tone="warn">{t.small}</Tag>}
                  {row.too_young && <Tag tone="warn">{texts.positions.young}</Tag>}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The rows as a CSV file, made here of what is shown. */
function Export({ name, keys, rows }: { name: string; keys: string[]; rows: Row[] }) {
  const cell = (value: unknown): string => `"${String(value ?? "").replaceAll('"', '""')}"`;
  const save = (): void => {
    const head = [...keys, "value", "low", "high", "n", "small", "too_young"].map(cell).join(",");
    const lines = rows.map((row) =>
      [...keys.map((key) => row.key[key]), row.value, row.low, row.high, row.n, row.small, row.too_young]
        .map(cell)
        .join(","),
    );
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([[head, ...lines].join("\r\n")], { type: "text/csv" }));
    link.download = `${name}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <button className="link" onClick={save}>
      {t.export}
    </button>
  );
}
