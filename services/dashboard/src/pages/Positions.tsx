/** All positions, each with a small funnel and its age. */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import { api, body, type Schemas } from "../api/client";
import { number, percent, relative } from "../format";
import { texts } from "../texts";
import { Answered, part } from "../ui/answers";
import { Face } from "../ui/faces";
import { LongTable } from "../ui/LongTable";
import { Choice, Page, Tag } from "../ui/parts";
import { Spark } from "../ui/Spark";

const t = texts.positions;
const route = getRouteApi("/shell/positions");
/** The most groups that one answer holds, the largest funnels. A position without one is asked for by itself. */
const GROUPS = 1000;
const ROW = 59;
const TITLES = [
  { title: t.title },
  { title: t.status },
  { title: t.funnel },
  { title: t.contacted, isNumber: true },
  { title: t.responded, isNumber: true },
  { title: t.hired, isNumber: true },
  { title: t.age },
];

type Position = Schemas["Position"];
type Stages = Schemas["FunnelStage"][];
type Status = Schemas["PositionStatus"];

export function Positions() {
  const { status } = route.useSearch();
  const navigate = route.useNavigate();
  const positions = useInfiniteQuery({
    queryKey: ["positions", "list", status],
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/v1/positions", { params: { query: { status: status as Status, limit: 100, cursor: pageParam } } }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
  const funnels = useQuery({
    queryKey: ["funnel", "by position"],
    queryFn: () =>
      body(api.GET("/v1/analytics/funnel", { params: { query: { group_by: "position", limit: GROUPS } } })) as Promise<
        Schemas["GroupedFunnel"]
      >,
    refetchInterval: 15_000,
    select: ({ groups }) => ({
      of: new Map(groups.map((one) => [one.key, one.stages])),
      isAll: groups.length < GROUPS,
    }),
  });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = positions;
  const wantMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
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
          query={part(positions, ({ pages }) => pages.flatMap((one) => one.items))}
          empty={<Face title={t.empty}>{t.emptyHow}</Face>}
        >
          {(shown) => (
            <LongTable
              label={texts.pages.positions}
              titles={TITLES}
              rows={shown}
              keyOf={(one) => one.id}
              height={ROW}
              wantMore={wantMore}
              cells={(one) => (
                <Cells position={one} stages={funnels.data?.of.get(one.id)} isKnown={funnels.data?.isAll !== false} />
              )}
            />
          )}
        </Answered>
      </div>
    </Page>
  );
}

interface CellsProps {
  position: Position;
  /** Of the answer for all positions, where it holds this one. */
  stages: Stages | undefined;
  /** Whether a position that the answer does not hold has no attempts. */
  isKnown: boolean;
}

function Cells({ position, stages, isKnown }: CellsProps) {
  const own = useQuery({
    queryKey: ["funnel", position.id, "small"],
    queryFn: () =>
      body(api.GET("/v1/analytics/positions/{position}/funnel", { params: { path: { position: position.id } } })),
    enabled: stages === undefined && !isKnown,
    staleTime: 60_000,
    select: (funnel) => funnel.stages,
  });
  const all = stages ?? own.data ?? [];
  const at = (name: string) => all.find(({ stage }) => stage === name);
  const responded = at("responded");
  return (
    <>
      <td>
        <Link to="/positions/$position" params={{ position: position.id }}>
          {position.title ?? position.references[0]}
        </Link>
        <br />
        <small>
          {[position.sponsor, position.level, position.remote ? t.remote : null].filter(Boolean).join(" · ")}
        </small>
      </td>
      <td>
        <Tag tone={position.status === "open" ? "good" : undefined}>
          {t.statuses[position.status ?? "draft"] ?? position.status}
        </Tag>
      </td>
      <td>
        <Spark values={all.map((stage) => stage.reached)} />
      </td>
      <td className="num">{number(at("contacted")?.reached ?? 0)}</td>
      <td className="num">
        {number(responded?.reached ?? 0)}{" "}
        {responded?.from_previous != null && <small>{percent(responded.from_previous)}</small>}
      </td>
      <td className="num">{number(at("hired")?.reached ?? 0)}</td>
      <td>
        {position.opened_at !== null && <time dateTime={position.opened_at}>{relative(position.opened_at)}</time>}
      </td>
    </>
  );
}
