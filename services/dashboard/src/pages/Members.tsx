/** The people behind a number, at the side of the picture that shows it. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, body, type Schemas } from "../api/client";
import { nameOf, usePeople, usePositionNames } from "../api/people";
import { date } from "../format";
import { texts } from "../texts";
import { Answered, More, part } from "../ui/answers";
import { Sheet } from "../ui/Sheet";

const t = texts.members;

/** Which number: its metric, the key of its row where the metric has keys, and the filters that it was asked with. */
export interface Number {
  metric: string;
  key?: string;
  query: Record<string, string | undefined>;
  title: string;
}

interface Props {
  number: Number | undefined;
  onClose: () => void;
}

export function Members({ number, onClose }: Props) {
  return (
    <Sheet
      isBeside
      title={number?.title ?? ""}
      isOpen={number !== undefined}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      {number !== undefined && <List number={number} />}
    </Sheet>
  );
}

function List({ number: { metric, key, query } }: { number: Number }) {
  const members = useInfiniteQuery({
    queryKey: ["members", metric, key, query],
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/v1/analytics/metrics/{name}/members", {
          params: { path: { name: metric }, query: { ...(query as object), key, limit: 50, cursor: pageParam } },
        }),
      ) as Promise<Schemas["MetricMembers"]>,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const items = members.data?.pages.flatMap((page) => page.items) ?? [];
  const people = usePeople(items.map((one) => one.person_id));
  const titles = usePositionNames(query.position === undefined ? items.flatMap((one) => one.position_id ?? []) : []);
  return (
    <div className="beside-body" tabIndex={0} role="region" aria-label={t.list}>
      <Answered
        query={part(members, (all) => all.pages.flatMap((page) => page.items))}
        empty={<p className="empty">{t.empty}</p>}
      >
        {(items) => (
          <ul className="rows">
            {items.map((one) => (
              <li key={`${one.person_id} ${one.position_id ?? ""} ${String(one.attempt)} ${one.item_id ?? ""}`}>
                <Link className="row" to="/people/$person" params={{ person: one.person_id }}>
                  <span className="grow">
                    <strong>{nameOf(people, one.person_id)}</strong>
                    <span className="sentence">
                      {[
                        query.position === undefined && one.position_id !== null && titles.get(one.position_id),
                        one.origin !== null && t.origins[one.origin],
                        one.channel !== null && texts.channels[one.channel],
                        one.recruiter,
                        one.attempt !== null && one.attempt > 1 && t.attempt(String(one.attempt)),
                      ]
                        .filter(Boolean)
                        .join(" · ")}
                    </span>
                  </span>
                  <Time member={one} />
                </Link>
              </li>
            ))}
          </ul>
        )}
      </Answered>
      <More query={members} label={texts.people.more} />
    </div>
  );
}

/** When it last added to the number. */
function Time({ member }: { member: Schemas["MetricMember"] }) {
  const at = member.adds.at(-1)?.at ?? member.cohort_at;
  return at !== null && <time dateTime={at}>{date(at)}</time>;
}
