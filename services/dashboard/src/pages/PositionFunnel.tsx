/** A position's funnel beside the organisation's, by cohort or by day: each bar opens the people behind it. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, body, type Schemas } from "../api/client";
import { decimal, hours, month, number, percent } from "../format";
import type { FunnelSearch } from "../router";
import { texts } from "../texts";
import { Answered, Table } from "../ui/answers";
import { Interval } from "../ui/Interval";
import { Panel, Span, Tag, Views } from "../ui/parts";
import { Members } from "./Members";

const t = texts.positions;
const MONTHS = 6;

type Share = Schemas["NumberRow"];
type Stage = Schemas["FunnelStage"];
type Open = (metric: string, key: string) => void;

interface Props {
  position: string;
  record: Schemas["Position"] | undefined;
  search: FunnelSearch;
  change: (changed: FunnelSearch) => void;
}

export function PositionFunnel({ position, record, search, change }: Props) {
  const period = { view: search.view, from: search.from, to: search.to };
  const funnel = useQuery({
    queryKey: ["funnel", position, period],
    queryFn: () =>
      body(api.GET("/v1/analytics/positions/{position}/funnel", { params: { path: { position }, query: period } })),
    refetchInterval: 5_000,
    placeholderData: keepPreviousData,
  });
  const everywhere = useQuery({
    queryKey: ["funnel", "organisation", period],
    queryFn: () =>
      body(api.GET("/v1/analytics/funnel", { params: { query: period } })) as Promise<Schemas["OrganisationFunnel"]>,
    placeholderData: keepPreviousData,
  });
  const shares = useQuery({
    queryKey: ["metric", "from_previous", position, period],
    queryFn: () =>
      body(
        api.GET("/v1/analytics/metrics/{name}", {
          params: { path: { name: "from_previous" }, query: { ...period, position: [position] } },
        }),
      ) as Promise<Schemas["MetricAnswer"]>,
    refetchInterval: 5_000,
    placeholderData: keepPreviousData,
  });
  const open: Open = (metric, key) => change({ who: `${metric}.${key}` });
  const usual = everywhere.data;
  return (
    <>
      <Period search={search} change={change} />
      <Answered query={funnel}>
        {(found) => (
          <div className="columns">
            <div className="stack">
              <Funnel funnel={found} usual={usual?.stages} shares={shares.data?.rows} open={open} />
              <Cohorts position={position} period={period} />
            </div>
            <div className="stack">
              {SHARES.map(({ metric, ...shown }) => (
                <Shares
                  key={metric}
                  metric={metric}
                  values={found[metric]}
                  usual={usual?.[metric]}
                  open={open}
                  {...shown}
                />
              ))}
              {record && <Ask record={record} />}
            </div>
          </div>
        )}
      </Answered>
      <Members number={numberOf(search, position)} onClose={() => change({ who: undefined })} />
    </>
  );
}

/** What a position's attempts are made of: a panel each. */
const SHARES = [
  { metric: "outcomes", title: t.outcomes, names: t.outcomeNames },
  { metric: "responded_by_touch", title: t.touches, names: t.touchNames, order: Object.keys(t.touchNames) },
  { metric: "declines", title: t.declines, names: texts.reasons },
  { metric: "rejections", title: t.rejections, names: texts.reasons },
] as const;

/** The number whose people the address asks for. */
function numberOf({ who, view, from, to }: FunnelSearch, position: string) {
  const [metric, key] = who?.split(".") ?? [];
  if (metric === undefined || key === undefined) return undefined;
  const names: Record<string, string> = SHARES.find((one) => one.metric === metric)?.names ?? texts.stages;
  const title = `${t.titles[metric] ?? ""}${names[key] ?? key}`;
  return { metric, key, query: { position, view, from, to }, title };
}

function Period({ search, change }: Pick<Props, "search" | "change">) {
  return (
    <div className="filters">
      <Views view={search.view} onChange={(view) => change({ view })} />
      <Span from={search.from} to={search.to} onChange={change} />
    </div>
  );
}

interface FunnelProps {
  funnel: Schemas["PositionFunnel"];
  usual: Stage[] | undefined;
  shares: Share[] | undefined;
  open: Open;
}

function Funnel({ funnel, usual, shares, open }: FunnelProps) {
  const most = Math.max(1, ...funnel.stages.map(({ reached }) => reached));
  const young = shares?.some((row) => row.too_young && row.mature < 1);
  const mature = Math.min(1, ...(shares ?? []).map((row) => row.mature));
  return (
    <Panel title={t.funnel} action={young && <Tag tone="warn">{t.youngShare(percent(1 - mature))}</Tag>}>
      <div className="funnel" role="list">
        <p className="funnel-head" aria-hidden="true">
          <span>{t.stage}</span>
          <span className="num">{t.attempts}</span>
          <span className="conversion">{t.conversion}</span>
          <span className="num">{t.median}</span>
        </p>
        {funnel.stages.map((one, index) => (
          <div role="listitem" key={one.stage}>
            <StageRow
              stage={one}
              most={most}
              share={index === 0 || isUnused(one) ? undefined : shares?.find((row) => row.key.stage === one.stage)}
              usual={index === 0 ? null : (usual?.[index]?.from_previous ?? null)}
              open={() => open("reached", one.stage)}
            />
          </div>
        ))}
      </div>
      <div className="body">
        <p className="note">{t.funnelHow}</p>
        {young && <p className="note">{t.youngHow}</p>}
        {funnel.freshness.behind_events > 0 && (
          <p className="note">
            {texts.today.behind(number(funnel.freshness.behind_events))} ({decimal(funnel.freshness.behind_seconds)} s)
          </p>
        )}
      </div>
    </Panel>
  );
}

/** Whether nobody is ever submitted here: a team without sponsors has no such stage, and 0 % of it says nothing. */
const isUnused = (one: Stage): boolean => one.stage === "submitted" && one.reached === 0;

interface StageProps {
  stage: Stage;
  most: number;
  share: Share | undefined;
  usual: number | null;
  open: () => void;
}

function StageRow({ stage, most, share, usual, open }: StageProps) {
  const name = texts.stages[stage.stage] ?? stage.stage;
  const value = share?.value ?? null;
  return (
    <button className="stage" onClick={open} title={t.openPeople}>
      <span>{name}</span>
      <meter min={0} max={most} value={stage.reached} aria-hidden="true" />
      <strong className="num" data-stage={stage.stage}>
        {number(stage.reached)}
      </strong>
      <span className="conversion">
        {share !== undefined && value !== null && (
          <>
            <Interval value={value} low={share.low} high={share.high} usual={usual} />
            <span className="num">{percent(value)}</span>
            <small>
              <span>{share.low !== null && share.high !== null && range(share.low, share.high)}</span>
              <span>
                {t.ofSample(number(share.n))}
                {usual !== null && ` · ${t.usualIs(percent(usual))}`}
              </span>
            </small>
          </>
        )}
      </span>
      <small className="num median">{stage.median_hours === null ? "" : hours(stage.median_hours)}</small>
    </button>
  );
}

/** An interval of shares: 48–74 %. */
const range = (low: number, high: number): string => `${String(Math.round(low * 100))}–${percent(high)}`;

interface SharesProps {
  metric: string;
  title: string;
  values: Record<string, number>;
  usual: Record<string, number> | undefined;
  names: Record<string, string>;
  /** The order of the keys; without it the largest comes first. */
  order?: readonly string[];
  open: Open;
}

/** What a whole is made of, and what it is made of in the organisation. */
function Shares({ metric, title, values, usual, names, order, open }: SharesProps) {
  const found = Object.entries(values).filter(([, value]) => value > 0);
  const whole = (counts: Record<string, number>): number => Object.values(counts).reduce((sum, one) => sum + one, 0);
  const all = whole(values);
  if (all === 0) return null;
  const everywhere = usual === undefined ? 0 : whole(usual);
  const place = (name: string): number => order?.indexOf(name) ?? 0;
  return (
    <Panel title={title} count={all}>
      <ul className="shares">
        {found
          .toSorted((a, b) => place(a[0]) - place(b[0]) || b[1] - a[1])
          .map(([name, value]) => (
            <li key={name}>
              <button onClick={() => open(metric, name)} title={t.openPeople}>
                <span>{names[name] ?? name}</span>
                <meter min={0} max={all} value={value} aria-hidden="true" />
                <strong className="num">{number(value)}</strong>
                <small className="num">{percent(value / all)}</small>
                <small className="num usual">
                  {everywhere > 0 && t.usualIs(percent((usual?.[name] ?? 0) / everywhere))}
                </small>
              </button>
            </li>
          ))}
      </ul>
    </Panel>
  );
}

/** The latest months in which attempts began, and how far each came. */
function Cohorts({
  position,
  period,
}: {
  position: string;
  period: { view?: "activity"; from?: string; to?: string };
}) {
  const query = { ...period, position: [position], group_by: "period" as const, period: "month" as const };
  const cohorts = useQuery({
    queryKey: ["funnel", "by month", query],
    queryFn: () => body(api.GET("/v1/analytics/funnel", { params: { query } })) as Promise<Schemas["GroupedFunnel"]>,
    refetchInterval: 5_000,
    placeholderData: keepPreviousData,
  });
  const share = (one: Schemas["FunnelGroup"], name: string) => {
    const stage = one.stages.find(({ stage: its }) => its === name);
    return (
      <>
        {number(stage?.reached ?? 0)} {stage?.from_previous != null && <small>{percent(stage.from_previous)}</small>}
      </>
    );
  };
  return (
    <Panel title={period.view === "activity" ? t.months : t.cohorts}>
      <Answered query={cohorts} rows={4}>
        {({ groups }) => (
          <Table
            label={t.cohorts}
            rows={groups
              .filter((one) => one.key !== null)
              .slice(-MONTHS)
              .toReversed()}
            keyOf={(one) => one.key ?? ""}
            columns={[
              {
                title: t.month,
                cell: (one) => (
                  <>
                    {month(one.key ?? "")}{" "}
                    {one.too_young && period.view === undefined && <Tag tone="warn">{t.youngShort}</Tag>}
                  </>
                ),
              },
              ...(["contacted", "responded", "interested", "hired"] as const).map((name) => ({
                title: texts.stages[name] ?? name,
                isNumber: true,
                cell: (one: Schemas["FunnelGroup"]) => share(one, name),
              })),
            ]}
          />
        )}
      </Answered>
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
            <div key={name} className="fact">
              <dt>{name}</dt>
              <dd>
                {items.map((one) => (
                  <div key={one}>{one}</div>
                ))}
              </dd>
            </div>
          ))}
      </dl>
    </Panel>
  );
}
