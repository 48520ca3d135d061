/** What happened with a person, newest first, in words. */
import { useQuery } from "@tanstack/react-query";
import { api, body } from "../api/client";
import { usePositionNames } from "../api/people";
import { date, dateTime } from "../format";
import { happened } from "../story";
import { Failed, Loading } from "../ui/faces";

export function Story({ person }: { person: string }) {
  const story = useQuery({
    queryKey: ["timeline", person],
    queryFn: () => body(api.GET("/v1/timelines/{ref}", { params: { path: { ref: person }, query: { limit: 200 } } })),
    refetchInterval: 15_000,
  });
  const titles = usePositionNames(story.data?.items.flatMap((one) => one.position_id ?? []) ?? []);
  if (story.isError && story.data === undefined)
    return <Failed error={story.error} retry={() => void story.refetch()} />;
  if (story.data === undefined) return <Loading rows={4} />;
  return (
    <ol className="story">
      {story.data.items.toReversed().map((event) => (
        <li key={event.event_id}>
          <time dateTime={event.time} title={dateTime(event.time)}>
            {date(event.time)}
          </time>
          <span>
            {happened(event)}{" "}
            {event.position_id !== null && (
              <small>{titles.get(event.position_id) ?? event.position_references[0] ?? ""}</small>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
