/** The queue: a list whose filters live in the address, and the chosen person beside it. */
import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useRef, useState } from "react";
import { api, body, type Schemas } from "../api/client";
import { nameOf, usePeople } from "../api/people";
import { claim, type Item } from "../api/queue";
import { may, useSession } from "../api/session";
import { compact, relative } from "../format";
import { useHeld } from "../held";
import type { QueueSearch } from "../router";
import { texts } from "../texts";
import { Face, Failed, Loading } from "../ui/faces";
import { useKeys } from "../ui/keys";
import { failed, notify } from "../ui/notices";
import { Choice, Page, Priority, Tag } from "../ui/parts";
import { PlainLink } from "../ui/PlainLink";
import { PositionChoice } from "../ui/PositionChoice";
import { QueuePerson } from "./QueuePerson";

const t = texts.queue;
const STATUSES = ["due", "claimed", "snoozed", "scheduled"] as const;
const route = getRouteApi("/shell/queue");
const ROW = 76;

export function Queue() {
  const session = useSession();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const { item: chosen, status = "due", min, ...rest } = search;
  const filter = { ...rest, min_priority: min } as Partial<Schemas["QueueFilter"]>;
  const list = useInfiniteQuery({
    queryKey: ["queue", "list", status, filter],
    queryFn: ({ pageParam }) =>
      body(api.GET("/v1/queue", { params: { query: { ...filter, status, limit: 100, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: 5_000,
    placeholderData: keepPreviousData,
  });
  const counts = useQuery({
    queryKey: ["queue", "counts", filter],
    queryFn: () => body(api.GET("/v1/queue/counts", { params: { query: filter } })),
    refetchInterval: 5_000,
    placeholderData: keepPreviousData,
  });
  const [isScrolled, setIsScrolled] = useState(false);
  const {
    shown: items,
    fresh,
    refresh,
  } = useHeld(
    list.data?.pages.flatMap((page) => page.items) ?? [],
    list.isPlaceholderData ? "" : JSON.stringify([status, filter]),
    isScrolled || chosen !== undefined,
  );
  const canWork = may(session, "engagement:write") && session.recruiter !== null;

  const change = useCallback(
    (changed: Partial<QueueSearch>) =>
      void navigate({ search: (before) => ({ ...before, ...changed }), replace: changed.item !== undefined }),
    [navigate],
  );
  const move = (by: number): void => {
    const at = items.findIndex((one) => one.id === chosen);
    const next = items[at === -1 ? 0 : Math.min(Math.max(at + by, 0), items.length - 1)];
    if (next !== undefined) change({ item: next.id });
  };
  const take = async (limit: number, one?: string): Promise<void> => {
    const narrowed = { position: rest.position, reason: rest.reason as Schemas["Reason"] | undefined };
    const claimed = await claim(narrowed, limit, one);
    await queries.invalidateQueries({ queryKey: ["queue"] });
    notify(claimed.length === 0 ? (one === undefined ? t.claimedNone : t.claimedByOther) : t.claimed(claimed.length));
    const first = claimed[0];
    if (first !== undefined) change({ item: first.id, ...(limit > 1 ? { status: "claimed" as const } : {}) });
  };
  const takeSafely = (limit: number, one?: string): void => void take(limit, one).catch(failed);
  useKeys({
    j: () => move(1),
    ArrowDown: () => move(1),
    k: () => move(-1),
    ArrowUp: () => move(-1),
    c: () => {
      const at = items.find((one) => one.id === chosen);
      if (canWork) takeSafely(1, at?.status === "due" ? at.id : undefined);
    },
    Escape: () => change({ item: undefined }),
  });
  const isFiltered = Object.values({ ...rest, min }).some((value) => value !== undefined);
  return (
    <Page
      title={texts.pages.queue}
      aside={
        canWork && (
          <div className="actions">
            <button className="button" onClick={() => takeSafely(10)}>
              {t.claimTen}
            </button>
            <button className="button primary" onClick={() => takeSafely(1)}>
              {t.claimNext} <kbd aria-hidden="true">c</kbd>
            </button>
          </div>
        )
      }
    >
      <div className="filters" role="group" aria-label={t.filters}>
        <div className="segments">
          {STATUSES.map((one) => (
            <PlainLink
              key={one}
              from="/queue"
              search={(before) => ({ ...before, status: one, item: undefined })}
              current={one === status && "page"}
            >
              {t.status[one]} <small>{counts.data === undefined ? "" : compact(counts.data[one])}</small>
            </PlainLink>
          ))}
        </div>
        <PositionChoice label={t.position} value={search.position} onChange={(position) => change({ position })} />
        <Choice
          label={t.reason}
          any={t.anyReason}
          value={search.reason}
          options={texts.softReasons.map((one) => [one, texts.reasons[one] ?? one] as const)}
          onChange={(reason) => change({ reason })}
        />
        <Choice
          label={t.trigger}
          any={t.anyTrigger}
          value={search.trigger}
          options={Object.entries(texts.triggers)}
          onChange={(trigger) => change({ trigger })}
        />
        <Choice
          label={t.level}
          any={t.anyLevel}
          value={search.level}
          options={texts.levels.map((one) => [one, one] as const)}
          onChange={(level) => change({ level })}
        />
        {isFiltered && (
          <PlainLink className="button" to="/queue" search={{ status: search.status }}>
            {t.clear}
          </PlainLink>
        )}
      </div>
      <div className={chosen === undefined ? "queue" : "queue opened"}>
        <div className="panel">
          <div role="status">
            {fresh > 0 && (
              <button className="fresh" onClick={refresh}>
                {t.fresh(fresh)}
              </button>
            )}
          </div>
          {list.isError && list.data === undefined ? (
            <Failed error={list.error} retry={() => void list.refetch()} />
          ) : list.data === undefined ? (
            <Loading />
          ) : items.length === 0 ? (
            <Face title={t.empty}>{isFiltered ? t.emptyHow : t.emptyPlain}</Face>
          ) : (
            <List
              items={items}
              chosen={chosen}
              me={session.recruiter}
              onScroll={(top) => setIsScrolled(top > 0)}
              wantMore={() => {
                if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
              }}
            />
          )}
        </div>
        {chosen !== undefined && (
          <QueuePerson
            key={chosen}
            id={chosen}
            canWork={canWork}
            claim={() => takeSafely(1, chosen)}
            next={() => {
              const at = items.findIndex((one) => one.id === chosen);
              change({ item: (items[at + 1] ?? items[at - 1])?.id });
            }}
            reopen={() =>
              void navigate({ to: "/queue", search: (before) => ({ ...before, item: chosen }), replace: true })
            }
            close={() => change({ item: undefined })}
          />
        )}
      </div>
    </Page>
  );
}

interface ListProps {
  items: Item[];
  chosen: string | undefined;
  me: string | null;
  wantMore: () => void;
  onScroll: (top: number) => void;
}

/** Only the rows that are seen exist, and only their people are asked for. */
function List({ items, chosen, me, wantMore, onScroll }: ListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- no compiler memoizes here
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
    getItemKey: (index) => items[index]?.id ?? index,
  });
  const seen = rows.getVirtualItems();
  const first = Math.floor((seen[0]?.index ?? 0) / 50) * 50;
  const last = Math.ceil(((seen.at(-1)?.index ?? 0) + 1) / 50) * 50;
  const people = usePeople(items.slice(first, last).map((one) => one.candidate_id));
  useEffect(() => {
    if (last >= items.length) wantMore();
  }, [last, items.length, wantMore]);
  const at = items.findIndex((one) => one.id === chosen);
  useEffect(() => {
    if (at >= 0) rows.scrollToIndex(at);
  }, [at, rows]);
  return (
    <div
      className="list"
      ref={scroller}
      tabIndex={0}
      role="region"
      aria-label={t.list}
      onScroll={(event) => onScroll(event.currentTarget.scrollTop)}
    >
      <ul style={{ height: rows.getTotalSize() }}>
        {seen.map(({ index, key, start }) => {
          const one = items[index];
          if (one === undefined) return null;
          return (
            <li key={key} style={{ height: ROW, transform: `translateY(${String(start)}px)` }}>
              <PlainLink
                className="row"
                from="/queue"
                search={(before) => ({ ...before, item: one.id })}
                current={one.id === chosen && "true"}
                preload={false}
              >
                <Priority value={one.priority} />
                <span className="grow">
                  <strong>{nameOf(people, one.candidate_id, one.references)}</strong>
                  <span className="sentence">{one.explanation}</span>
                </span>
                <span className="meta">
                  <Tag tone={one.recruiter !== null && one.recruiter === me ? "accent" : undefined}>
                    {one.recruiter === null || one.recruiter === undefined
                      ? (texts.reasons[one.reasons[0]?.reason ?? ""] ??
                        texts.obligations.kinds[one.reasons[0]?.kind ?? ""])
                      : one.recruiter === me
                        ? t.mine
                        : one.recruiter}
                  </Tag>
                  {one.due_at !== null && <time dateTime={one.due_at}>{relative(one.due_at)}</time>}
                </span>
              </PlainLink>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
