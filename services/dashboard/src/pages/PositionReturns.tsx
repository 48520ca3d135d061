/** Who came back for a position, and who would, were it otherwise. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, body, type Schemas } from "../api/client";
import { nameOf, usePeople } from "../api/people";
import { number, relative } from "../format";
import { texts } from "../texts";
import { Answered, More, part } from "../ui/answers";
import { Panel, Priority, Tag } from "../ui/parts";
import { changeOf, Preview, said, type Wanted } from "./Preview";

const t = texts.preview;

interface Props {
  position: string;
  record: Schemas["Position"] | undefined;
}

export function PositionReturns({ position, record }: Props) {
  const [wanted, setWanted] = useState<Wanted>({});
  return (
    <div className="columns">
      <Preview position={position} record={record} wanted={wanted} onChange={setWanted} />
      <div className="stack">
        <Steps position={position} onChoose={(change) => setWanted(changeOf(change))} />
        <CameBack position={position} />
      </div>
    </div>
  );
}

/** What each change alone would bring, in people who would then fit. */
function Steps({ position, onChoose }: { position: string; onChoose: (change: Record<string, unknown>) => void }) {
  const steps = useQuery({
    queryKey: ["what-if", position],
    queryFn: () => body(api.GET("/v1/analytics/positions/{position}/what-if", { params: { path: { position } } })),
  });
  return (
    <Panel title={t.steps}>
      <Answered
        query={part(steps, ({ changes }) => changes.filter((one) => one.would_fit > 0))}
        rows={4}
        empty={<p className="empty">{t.noSteps}</p>}
      >
        {(changes) => {
          const most = Math.max(...changes.map((one) => one.would_fit));
          return (
            <ul className="shares plain">
              {changes.map((one) => (
                <li key={JSON.stringify(one.change)}>
                  <button onClick={() => onChoose(one.change)} title={t.try}>
                    <span>{said(one.change)}</span>
                    <meter min={0} max={most} value={one.would_fit} aria-hidden="true" />
                    <strong className="num">+{number(one.would_fit)}</strong>
                  </button>
                </li>
              ))}
            </ul>
          );
        }}
      </Answered>
    </Panel>
  );
}

/** Whom the position itself brought back, and who waits in the queue. */
function CameBack({ position }: { position: string }) {
  const back = useInfiniteQuery({
    queryKey: ["queue", "came back", position],
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/v1/queue", {
          params: { query: { position, trigger: "position_opened", limit: 25, cursor: pageParam } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: 10_000,
  });
  const items = part(back, (all) => all.pages.flatMap((page) => page.items));
  const people = usePeople(items.data?.map((one) => one.candidate_id) ?? []);
  return (
    <Panel
      title={t.cameBack}
      action={
        <Link className="link" to="/queue" search={{ position }}>
          {texts.today.openQueue}
        </Link>
      }
    >
      <Answered query={items} rows={4} empty={<p className="empty">{t.nobodyBack}</p>}>
        {(shown) => (
          <ul className="rows">
            {shown.map((one) => (
              <li key={one.id}>
                <Link className="row" to="/queue" search={{ status: one.status, position, item: one.id }}>
                  <Priority value={one.priority} />
                  <span className="grow">
                    <strong>{nameOf(people, one.candidate_id, one.references)}</strong>
                    <span className="sentence">{one.explanation}</span>
                  </span>
                  {one.status === "due" ? (
                    one.due_at !== null && <time dateTime={one.due_at}>{relative(one.due_at)}</time>
                  ) : (
                    <Tag>{texts.queue.status[one.status]}</Tag>
                  )}
                </Link>
              </li>
            ))}
          </ul>
        )}
      </Answered>
      <More query={back} label={texts.people.more} />
    </Panel>
  );
}
