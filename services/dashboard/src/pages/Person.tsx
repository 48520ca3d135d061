/** One person: their record, what was said and agreed, what follows from it, and their story. */
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { api, body, Problem, type Schemas } from "../api/client";
import { texts } from "../texts";
import { Failed, Loading } from "../ui/faces";
import { Page, Panel, Tag } from "../ui/parts";
import { Insights } from "./Insights";
import { PersonRecord, References } from "./PersonRecord";
import { PersonRelated } from "./PersonRelated";
import { Story } from "./Story";

const t = texts.person;
const route = getRouteApi("/shell/people/$person");

export function Person() {
  const { person } = route.useParams();
  const record = useQuery({
    queryKey: ["candidate", person],
    queryFn: () => body(api.GET("/v1/candidates/{candidate}", { params: { path: { candidate: person } } })),
    retry: false,
  });
  const relationship = useQuery({
    queryKey: ["relationship", person],
    queryFn: () => body(api.GET("/v1/relationships/{ref}", { params: { path: { ref: person } } })),
    refetchInterval: 10_000,
    retry: false,
  });
  // Whoever is known by events alone has no record, whoever has no events yet only that: unknown is who has neither.
  if (record.isPending || (record.isError && relationship.isPending)) return <Loading />;
  const isUnknown = record.error instanceof Problem && relationship.error instanceof Problem;
  if (isUnknown) return <Failed error={record.error} retry={() => void record.refetch()} />;
  const one = record.data;
  const related = relationship.data;
  const name = one?.name ?? related?.references[0] ?? texts.unnamed;
  return (
    <Page title={name} aside={related?.queue_item && <InQueue item={related.queue_item} />}>
      <p className="lead">
        {[one?.title, one?.company, one?.level, one?.location?.city ?? one?.location?.country]
          .filter(Boolean)
          .join(" · ")}
      </p>
      <div className="columns">
        <div className="stack">
          {relationship.isError ? (
            <Failed error={relationship.error} retry={() => void relationship.refetch()} />
          ) : related === undefined ? (
            <Loading />
          ) : (
            <PersonRelated related={related} />
          )}
          <Panel title={texts.queue.story}>
            <div className="body">
              <Story person={person} />
            </div>
          </Panel>
        </div>
        <div className="stack">
          {one && <Insights person={person} />}
          {one && <PersonRecord record={one} />}
          {one && <References record={one} />}
        </div>
      </div>
    </Page>
  );
}

function InQueue({ item }: { item: Schemas["QueueItem"] }) {
  return (
    <Link className="button" to="/queue" search={{ status: item.status, item: item.id }}>
      {t.inQueue} <Tag>{texts.queue.status[item.status]}</Tag>
    </Link>
  );
}
