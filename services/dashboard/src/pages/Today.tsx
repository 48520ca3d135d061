/** What waits for me today, and what happened since yesterday. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, body, type Schemas } from "../api/client";
import { nameOf, usePeople } from "../api/people";
import { useSession } from "../api/session";
import { date, dateTime, number, relative } from "../format";
import { texts } from "../texts";
import { Failed, Loading } from "../ui/faces";
import { Page, Panel, Priority, Tag } from "../ui/parts";

const LIVE = 10_000;
const WAITING: Schemas["Obligation"]["status"][] = ["overdue", "warned", "open"];
const t = texts.today;

export function Today() {
  const { recruiter } = useSession();
  const [mine, setMine] = useState(recruiter !== null);
  const who = mine ? (recruiter ?? undefined) : undefined;
  const [since] = useState(() => new Date(Date.now() - 86_400_000 - (Date.now() % 60_000)).toISOString());
  const owed = useQuery({
    queryKey: ["obligations", who],
    queryFn: async () =>
      (await body(api.GET("/v1/obligations", { params: { query: { status: WAITING, recruiter: who, limit: 150 } } })))
        .items,
    refetchInterval: LIVE,
  });
  const due = useQuery({
    queryKey: ["queue", "today"],
    queryFn: () => body(api.GET("/v1/queue", { params: { query: { status: "due", limit: 6 } } })),
    refetchInterval: LIVE,
  });
  const happened = useQuery({
    queryKey: ["activity", since, who],
    queryFn: () => body(api.GET("/v1/activity", { params: { query: { since, recruiter: who, limit: 30 } } })),
    refetchInterval: LIVE,
  });
  const counts = useQuery({
    queryKey: ["queue", "counts", {}],
    queryFn: () => body(api.GET("/v1/queue/counts")),
    refetchInterval: LIVE,
  });
  const replies = owed.data?.filter((one) => one.kind === "reply") ?? [];
  const isToday = ({ kind, due_at }: Schemas["Obligation"]): boolean =>
    kind === "promise" && new Date(due_at) < endOfDay();
  const promises = owed.data?.filter(isToday) ?? [];
  const others = owed.data?.filter((one) => one.kind !== "reply" && !isToday(one)) ?? [];
  const lists = [owed.data, due.data?.items, happened.data?.items];
  // Once for all of them, so that no list asks for its people by itself.
  const isThere = [owed, due, happened].every(({ isPending }) => !isPending);
  const people = usePeople(isThere ? lists.flatMap((list) => list?.map((one) => one.candidate_id) ?? []) : []);
  const overdue = owed.data?.filter((one) => one.status === "overdue").length ?? 0;
  return (
    <Page
      title={texts.pages.today}
      aside={
        recruiter !== null && (
          <div className="segments" role="group" aria-label={texts.moreOf(texts.pages.today)}>
            <button aria-pressed={mine} onClick={() => setMine(true)}>
              {t.mine}
            </button>
            <button aria-pressed={!mine} onClick={() => setMine(false)}>
              {t.everybody}
            </button>
          </div>
        )
      }
    >
      <div className="figures">
        <Figure value={counts.data?.due} label={t.counts.due} to="/queue" />
        <Figure value={counts.data?.claimed} label={t.counts.claimed} />
        <Figure value={owed.data && replies.length} label={t.counts.waiting} />
        <Figure value={owed.data && overdue} label={t.counts.overdue} bad={overdue > 0} />
      </div>
      <div className="columns">
        <div className="stack">
          <Panel title={t.replies} count={replies.length}>
            <Owed query={owed} items={replies} people={people} empty={t.noReplies} />
          </Panel>
          <Panel title={t.promises} count={promises.length}>
            <Owed query={owed} items={promises} people={people} empty={t.noPromises} />
          </Panel>
          {others.length > 0 && (
            <Panel title={t.others} count={others.length}>
              <Owed query={owed} items={others} people={people} empty="" />
            </Panel>
          )}
          <Panel
            title={t.due}
            action={
              <Link className="link" to="/queue">
                {t.openQueue}
              </Link>
            }
          >
            {due.isError ? (
              <Failed error={due.error} retry={() => void due.refetch()} />
            ) : due.data === undefined ? (
              <Loading rows={4} />
            ) : due.data.items.length === 0 ? (
              <p className="empty">{t.noDue}</p>
            ) : (
              <ul className="rows">
                {due.data.items.map((one) => (
                  <li key={one.id}>
                    <Link className="row" to="/queue" search={{ item: one.id }}>
                      <Priority value={one.priority} />
                      <span className="grow">
                        <strong>{nameOf(people, one.candidate_id, one.references)}</strong>
                        <span className="sentence">{one.explanation}</span>
                      </span>
                    </Link>
                  </li>
                ))}
              </ul>
            )}
          </Panel>
        </div>
        <Panel title={t.happened}>
          {happened.isError ? (
            <Failed error={happened.error} retry={() => void happened.refetch()} />
          ) : happened.data === undefined ? (
            <Loading />
          ) : happened.data.items.length === 0 ? (
            <p className="empty">{t.nothing}</p>
          ) : (
            <ul className="rows">
              {happened.data.items.map((one, index) => (
                <li key={`${one.candidate_id} ${one.at} ${String(index)}`}>
                  <Link className="row" to="/people/$person" params={{ person: one.candidate_id }}>
                    <Tag>{texts.activity[one.kind] ?? one.kind}</Tag>
                    <span className="grow">
                      <strong>{nameOf(people, one.candidate_id, one.references)}</strong>
                      <span className="sentence">{one.sentence}</span>
                    </span>
                    <time dateTime={one.at} title={dateTime(one.at)}>
                      {relative(one.at)}
                    </time>
                  </Link>
                </li>
              ))}
            </ul>
          )}
        </Panel>
      </div>
    </Page>
  );
}

/** The end of this day where the browser is. */
function endOfDay(): Date {
  const end = new Date();
  end.setHours(24, 0, 0, 0);
  return end;
}

function Figure({ value, label, to, bad = false }: { value?: number; label: string; to?: "/queue"; bad?: boolean }) {
  const inner = (
    <>
      <strong>{value === undefined ? "–" : number(value)}</strong>
      <span>{label}</span>
    </>
  );
  const style = bad ? "figure bad" : "figure";
  return to ? (
    <Link className={style} to={to}>
      {inner}
    </Link>
  ) : (
    <div className={style}>{inner}</div>
  );
}

interface OwedProps {
  query: { isError: boolean; error: unknown; data: unknown; refetch: () => unknown };
  items: Schemas["Obligation"][];
  people: ReturnType<typeof usePeople>;
  empty: string;
}

function Owed({ query, items, people, empty }: OwedProps) {
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />;
  if (query.data === undefined) return <Loading rows={3} />;
  if (items.length === 0) return <p className="empty">{empty}</p>;
  return (
    <ul className="rows">
      {items.map((one) => (
        <li key={one.id}>
          <Link className="row" to="/people/$person" params={{ person: one.candidate_id }}>
            <Tag tone={one.status === "overdue" ? "bad" : one.status === "warned" ? "warn" : undefined}>
              {one.kind === "reply" ? texts.obligations.status[one.status] : texts.obligations.kinds[one.kind]}
            </Tag>
            <span className="grow">
              <strong>{nameOf(people, one.candidate_id, one.references)}</strong>
              <span className="sentence">
                {[one.position_title, one.recruiter].filter((part) => part !== null).join(" · ")}
              </span>
            </span>
            <time dateTime={one.due_at} title={date(one.due_at)}>
              {one.status === "overdue"
                ? texts.obligations.overdue(relative(one.due_at))
                : texts.obligations.due(relative(one.due_at))}
            </time>
          </Link>
        </li>
      ))}
    </ul>
  );
}
