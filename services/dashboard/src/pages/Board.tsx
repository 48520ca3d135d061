/** Who stands where: a column a stage. Only what is seen is loaded; cards are moved by dragging or by keyboard, several at once. */
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState, type DragEvent, type KeyboardEvent, type RefObject } from "react";
import {
  boardKey,
  countBoard,
  move,
  pageOfStage,
  since,
  stageOf,
  STAGES,
  takeBack,
  type Pursuit,
  type Stage,
} from "../api/board";
import { nameOf, usePeople } from "../api/people";
import { may, useSession } from "../api/session";
import { compact, number, relative } from "../format";
import { texts } from "../texts";
import { Answered } from "../ui/answers";
import { useKeys } from "../ui/keys";
import { failed, notify } from "../ui/notices";
import "./board.css";

const t = texts.board;
const CARD = 56;
const LIVE = 5_000;

interface Place {
  stage: Stage;
  index: number;
}

export function Board({ position }: { position: string }) {
  const session = useSession();
  const queries = useQueryClient();
  const canMove = may(session, "engagement:write");
  const counts = useQuery({
    queryKey: [...boardKey(position), "counts"],
    queryFn: () => countBoard(position),
    refetchInterval: LIVE,
  });
  const [selected, setSelected] = useState<ReadonlyMap<string, Pursuit>>(new Map());
  const [moving, setMoving] = useState<ReadonlySet<string>>(new Set());
  const [active, setActive] = useState<Place>();
  const chooser = useRef<HTMLSelectElement>(null);

  const toggle = (one: Pursuit): void => {
    const next = new Map(selected);
    if (!next.delete(one.id)) next.set(one.id, one);
    setSelected(next);
  };
  const refresh = () => queries.invalidateQueries({ queryKey: boardKey(position) });
  const enter = async (pursuits: readonly Pursuit[], stage: Stage): Promise<void> => {
    const those = pursuits.filter((one) => one.stage !== stage && !moving.has(one.id));
    if (those.length === 0) return;
    setMoving(new Set([...moving, ...those.map((one) => one.id)]));
    setSelected(new Map());
    try {
      const moved = await move(those, stage, session.recruiter);
      await refresh();
      const name = texts.stages[stage] ?? stage;
      const undo = () => void takeBack(moved).then(refresh).catch(failed);
      notify(t.moved(moved.pursuits.length, name), undo);
      if (moved.refused > 0) notify(t.refused(moved.refused));
      const stayed = await whoStayed(moved.pursuits, stage);
      if (stayed > 0) notify(t.stayed(stayed, name));
    } catch (error) {
      failed(error);
    } finally {
      setMoving(new Set());
    }
  };
  const chosen = [...selected.values()];
  useKeys({
    m: () => chooser.current?.focus(),
    Escape: () => setSelected(new Map()),
  });
  return (
    <>
      <div className="board-head">
        {chosen.length > 0 ? (
          <>
            <strong>{t.selected(number(chosen.length))}</strong>
            <label className="choice inline">
              <span>{t.moveTo}</span>
              <select ref={chooser} value="" onChange={(event) => void enter(chosen, event.target.value as Stage)}>
                <option value="" disabled>
                  {t.choose}
                </option>
                {STAGES.map((stage) => (
                  <option key={stage} value={stage}>
                    {texts.stages[stage]}
                  </option>
                ))}
              </select>
            </label>
            <button className="button" onClick={() => setSelected(new Map())}>
              {t.clear}
            </button>
          </>
        ) : (
          <p>
            {canMove && t.how}{" "}
            {counts.data !== undefined && counts.data.closed > 0 && t.closed(number(counts.data.closed))}
          </p>
        )}
      </div>
      <Answered query={counts}>
        {({ at }) => (
          <div className="board" tabIndex={0} role="region" aria-label={t.board}>
            {STAGES.map((stage) => (
              <Column
                key={stage}
                position={position}
                stage={stage}
                count={at.get(stage) ?? 0}
                canMove={canMove}
                selected={selected}
                moving={moving}
                active={active?.stage === stage ? active.index : undefined}
                onToggle={toggle}
                onDrop={(one) => void enter(one === undefined || selected.has(one.id) ? chosen : [one], stage)}
                onGo={(index, by) => {
                  const next = by === 0 ? stage : beside(stage, by, at);
                  if (next !== undefined) setActive({ stage: next, index: Math.min(index, (at.get(next) ?? 1) - 1) });
                }}
              />
            ))}
          </div>
        )}
      </Answered>
    </>
  );
}

/** How many of them stand elsewhere all the same: what was done there counts for more than where they were put. */
async function whoStayed(pursuits: readonly Pursuit[], stage: Stage): Promise<number> {
  const now = await Promise.all(pursuits.slice(0, LOOKED_AT).map((one) => stageOf(one.id)));
  return now.filter((one) => one !== stage).length;
}
const LOOKED_AT = 10;

/** The next stage on that side where somebody stands. */
function beside(stage: Stage, by: number, at: ReadonlyMap<string, number>): Stage | undefined {
  const rest = by > 0 ? STAGES.slice(STAGES.indexOf(stage) + 1) : STAGES.slice(0, STAGES.indexOf(stage)).toReversed();
  return rest.find((one) => (at.get(one) ?? 0) > 0);
}

interface ColumnProps {
  position: string;
  stage: Stage;
  count: number;
  canMove: boolean;
  selected: ReadonlyMap<string, Pursuit>;
  moving: ReadonlySet<string>;
  active: number | undefined;
  onToggle: (one: Pursuit) => void;
  onDrop: (one: Pursuit | undefined) => void;
  /** To the card at an index of this column, or of the next one on a side. */
  onGo: (index: number, by: number) => void;
}

/** The card that is being dragged: what a drag carries can be read at its end alone. */
let dragged: Pursuit | undefined;

function Column({ position, stage, count, canMove, selected, moving, active, onToggle, onDrop, onGo }: ColumnProps) {
  const place = useRef<HTMLElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const isSeen = useSeen(place);
  const [isOver, setOver] = useState(false);
  const list = useInfiniteQuery({
    queryKey: [...boardKey(position), stage],
    queryFn: ({ pageParam }) => pageOfStage(position, stage, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    enabled: isSeen && count > 0,
    refetchInterval: LIVE * 4,
  });
  const items = count === 0 ? [] : (list.data?.pages.flatMap((page) => page.items) ?? []);
  // eslint-disable-next-line react-hooks/incompatible-library -- no compiler memoizes here
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => CARD,
    overscan: 6,
    getItemKey: (index) => items[index]?.id ?? index,
  });
  const shown = rows.getVirtualItems();
  const people = usePeople(shown.flatMap(({ index }) => items[index]?.candidate_id ?? []));
  const last = shown.at(-1)?.index ?? -1;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  useEffect(() => {
    if (last >= items.length - 10 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [last, items.length, hasNextPage, isFetchingNextPage, fetchNextPage]);
  useEffect(() => {
    if (active === undefined) return;
    rows.scrollToIndex(active);
    const frame = requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(`[data-index="${String(active)}"] a`)?.focus();
    });
    return () => cancelAnimationFrame(frame);
  }, [active, rows]);
  const press = (event: KeyboardEvent, index: number, one: Pursuit): void => {
    const go = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key];
    if (go !== undefined) onGo(Math.max(0, index + (go[0] ?? 0)), go[1] ?? 0);
    else if (event.key === " " && canMove) onToggle(one);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const over = (event: DragEvent): void => {
    if (!canMove) return;
    event.preventDefault();
    setOver(true);
  };
  return (
    <section
      ref={place}
      className={isOver ? "lane over" : "lane"}
      aria-label={texts.stages[stage]}
      onDragOver={over}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onDrop(dragged);
      }}
    >
      <h2>
        {texts.stages[stage]} <span className="count">{compact(count)}</span>
      </h2>
      <div className="lane-list" ref={scroller} tabIndex={-1}>
        <ul style={{ height: rows.getTotalSize() }}>
          {shown.map(({ index, key, start }) => {
            const one = items[index];
            if (one === undefined) return null;
            const name = nameOf(people, one.candidate_id, one.references);
            const at = since(one);
            const isCurrent = index === (active ?? 0);
            return (
              <li
                key={key}
                data-index={index}
                className={moving.has(one.id) ? "card moving" : selected.has(one.id) ? "card chosen" : "card"}
                style={{ height: CARD, transform: `translateY(${String(start)}px)` }}
                draggable={canMove}
                onDragStart={(event) => {
                  dragged = one;
                  event.dataTransfer.setData("text/plain", name);
                }}
                onDragEnd={() => {
                  dragged = undefined;
                }}
                onKeyDown={(event) => press(event, index, one)}
              >
                {canMove && (
                  <input
                    type="checkbox"
                    tabIndex={isCurrent ? 0 : -1}
                    aria-label={t.select(name)}
                    checked={selected.has(one.id)}
                    onChange={() => onToggle(one)}
                  />
                )}
                <Link
                  className="grow"
                  to="/people/$person"
                  params={{ person: one.candidate_id }}
                  tabIndex={isCurrent ? 0 : -1}
                  preload={false}
                  draggable={false}
                >
                  <strong>{name}</strong>
                  <small>
                    {[moving.has(one.id) ? t.moving : at !== null && relative(at), one.attempts.at(-1)?.recruiter]
                      .filter(Boolean)
                      .join(" · ")}
                  </small>
                </Link>
              </li>
            );
          })}
        </ul>
        {isSeen && count > 0 && list.data === undefined && <Answered query={list}>{() => null}</Answered>}
      </div>
    </section>
  );
}

/** Whether an element was in sight once: what nobody looks at is not loaded. */
function useSeen(place: RefObject<HTMLElement | null>): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const watching = new IntersectionObserver((entries) => {
      if (entries.some((one) => one.isIntersecting)) setSeen(true);
    });
    watching.observe(element);
    return () => watching.disconnect();
  }, [place]);
  return isSeen;
}
