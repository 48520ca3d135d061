/** All positions, each with a small funnel and its age. */
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { api, body, type Schemas } from "../api/client";
import { usePositions } from "../api/people";
import { number, percent, relative } from "../format";
import { texts } from "../texts";
import { Answered, part, Table, type Column } from "../ui/answers";
import { Face } from "../ui/faces";
import { Choice, Page, Tag } from "../ui/parts";
import { Spark } from "../ui/Spark";

const t = texts.positions;
const route = getRouteApi("/shell/positions");

type Row = Schemas["Position"] & { stages: Schemas["FunnelStage"][] };
const reached = (row: Row, name: string): number => row.stages.find(({ stage }) => stage === name)?.reached ?? 0;

const COLUMNS: Column<Row>[] = [
  {
    title: t.title,
    cell: (one) => (
      <>
        <Link to="/positions/$position" params={{ position: one.id }}>
          {one.title ?? one.references[0]}
        </Link>
        <br />
        <small>{[one.sponsor, one.level, one.remote ? t.remote : null].filter(Boolean).join(" · ")}</small>
      </>
    ),
  },
  {
    title: t.status,
    cell: (one) => (
      <Tag tone={one.status === "open" ? "good" : undefined}>{t.statuses[one.status ?? "draft"] ?? one.status}</Tag>
    ),
  },
  { title: t.funnel, cell: (one) => <Spark values={one.stages.map((stage) => stage.reached)} /> },
  { title: t.contacted, isNumber: true, cell: (one) => number(reached(one, "contacted")) },
  {
    title: t.responded,
    isNumber: true,
    cell: (one) => {
      const responded = one.stages.find(({ stage }) => stage === "responded");
      return (
        <>
          {number(responded?.reached ?? 0)}{" "}
          {responded?.from_previous != null && <small>{percent(responded.from_previous)}</small>}
        </>
      );
    },
  },
  { title: t.hired, isNumber: true, cell: (one) => number(reached(one, "hired")) },
  {
    title: t.age,
    cell: (one) => one.opened_at !== null && <time dateTime={one.opened_at}>{relative(one.opened_at)}</time>,
  },
];

export function Positions() {
  const { status } = route.useSearch();
  const navigate = route.useNavigate();
  const positions = usePositions();
  const funnels = useQuery({
    queryKey: ["funnel", "by position"],
    queryFn: () =>
      body(api.GET("/v1/analytics/funnel", { params: { query: { group_by: "position", limit: 500 } } })) as Promise<
        Schemas["GroupedFunnel"]
      >,
    refetchInterval: 15_000,
  });
  const funnelOf = new Map(funnels.data?.groups.map((one) => [one.key, one]));
  return (
    <Page
      title={texts.pages.positions}
      aside={
        <Choice
          label={t.status}
          any={t.anyStatus}
          value={status}
          options={Object.entries(t.statuses)}
          onChange={(value) => void navigate({ search: { status: value } })}
        />
      }
    >
      <div className="panel">
        <Answered
          query={part(positions, (all) => all.filter((one) => status === undefined || one.status === status))}
          empty={<Face title={t.empty}>{t.emptyHow}</Face>}
        >
          {(shown) => (
            <Table
              label={texts.pages.positions}
              keyOf={(one) => one.id}
              rows={shown.map((one) => ({ ...one, stages: funnelOf.get(one.id)?.stages ?? [] }))}
              columns={COLUMNS}
            />
          )}
        </Answered>
      </div>
    </Page>
  );
}
