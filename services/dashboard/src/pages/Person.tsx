/** One person: their record, what was said and agreed, what follows from it, and their story. */
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { api, body, Problem, type Schemas } from "../api/client";
import { date, dateTime, number, relative } from "../format";
import { texts } from "../texts";
import { Failed, Loading } from "../ui/faces";
import { Page, Panel, Tag } from "../ui/parts";
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
            <Related related={related} />
          )}
          <Panel title={texts.queue.story}>
            <div className="body">
              <Story person={person} />
            </div>
          </Panel>
        </div>
        <div className="stack">{one === undefined ? <Loading /> : <Record record={one} />}</div>
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

function Related({ related }: { related: Schemas["Relationship"] }) {
  const { refusals, suppressions, cadence, obligations } = related;
  const held = refusals.hard.filter((one) => one.holds);
  return (
    <>
      {related.not_in_queue.length > 0 && (
        <Panel title={t.notInQueue}>
          <Sentences items={related.not_in_queue.map((one) => [one.code, one.sentence, one.until])} />
        </Panel>
      )}
      {(held.length > 0 || refusals.soft.length > 0) && (
        <Panel title={t.refusals}>
          <ul className="rows">
            {held.map((one) => (
              <Row
                key={one.reason}
                tag={<Tag tone="bad">{t.hard}</Tag>}
                title={texts.reasons[one.reason] ?? one.reason}
              >
                {one.history.at(-1)?.evidence}
              </Row>
            ))}
            {refusals.soft.map((one) => (
              <Row
                key={`${one.position_id} ${String(one.attempt)}`}
                tag={<Tag>{texts.reasons[one.reason]}</Tag>}
                title={one.position_title ?? one.position_references[0] ?? ""}
              >
                {one.sentence}
              </Row>
            ))}
          </ul>
        </Panel>
      )}
      <Panel title={t.pursuits} count={related.pursuits.length}>
        <ul className="rows">
          {related.pursuits.map((one) => (
            <Row
              key={one.id}
              tag={
                <Tag tone={one.outcome === "in_play" || one.outcome === "hired" ? "good" : undefined}>
                  {t.outcomes[one.outcome]}
                </Tag>
              }
              title={
                <Link to="/positions/$position" params={{ position: one.position_id }}>
                  {one.position_title ?? t.position}
                </Link>
              }
            >
              {[
                one.stage && texts.stages[one.stage],
                one.reason && texts.because(texts.reasons[one.reason] ?? one.reason),
                t.since(date(one.began_at)),
                one.attempts > 1 && t.attempts(number(one.attempts)),
              ]
                .filter(Boolean)
                .join(" · ")}
            </Row>
          ))}
        </ul>
      </Panel>
      {(suppressions.length > 0 || cadence.length > 0 || obligations.length > 0) && (
        <Panel title={t.agreed}>
          <ul className="rows">
            {obligations
              .filter((one) => one.status !== "met")
              .map((one) => (
                <Row
                  key={one.id}
                  tag={<Tag tone={one.status === "overdue" ? "bad" : "warn"}>{texts.obligations.kinds[one.kind]}</Tag>}
                  title={texts.obligations.status[one.status] ?? one.status}
                >
                  {texts.obligations.due(relative(one.due_at))}
                </Row>
              ))}
            {cadence.map((one) => (
              <Row
                key={one.candidate_id + one.since}
                tag={<Tag>{t.cadence}</Tag>}
                title={texts.everyDays(String(one.every_days))}
              >
                {t.since(date(one.since))}
              </Row>
            ))}
            {suppressions
              .filter((one) => one.holds)
              .map((one) => (
                <Row
                  key={one.channel + String(one.address)}
                  tag={<Tag tone="bad">{t.stop}</Tag>}
                  title={texts.channels[one.channel] ?? one.channel}
                >
                  {[one.is_choice ? t.choice : t.undeliverable, one.address, one.since && t.since(date(one.since))]
                    .filter(Boolean)
                    .join(" · ")}
                </Row>
              ))}
          </ul>
        </Panel>
      )}
    </>
  );
}

function Row({ tag, title, children }: { tag: ReactNode; title: ReactNode; children?: ReactNode }) {
  return (
    <li className="row">
      {tag}
      <span className="grow">
        <strong>{title}</strong>
        <span className="sentence">{children}</span>
      </span>
    </li>
  );
}

function Sentences({ items }: { items: (readonly [string, string, string | null])[] }) {
  return (
    <ul className="reasons body">
      {items.map(([code, sentence, until]) => (
        <li key={code}>
          <span>
            {sentence} {until !== null && <small>{texts.queue.until(dateTime(until))}</small>}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Record({ record }: { record: Schemas["Candidate"] }) {
  const facts = [
    [t.emails, record.contact_details_hidden ? t.hidden : (record.emails ?? []).join(", ")],
    [t.phones, record.contact_details_hidden ? "" : (record.phones ?? []).join(", ")],
    [t.links, (record.links ?? []).join(", ")],
    [t.years, record.years_experience === null ? "" : number(record.years_experience)],
    [t.salary, record.salary?.amount ? `${number(record.salary.amount)} ${record.salary.currency ?? ""}` : ""],
    [texts.people.market, record.market_status ? (texts.people.markets[record.market_status] ?? "") : ""],
    [t.tier, record.tier ?? ""],
    [t.zone, record.time_zone ?? ""],
    [texts.people.lastContact, record.learned.last_contact_at ? date(record.learned.last_contact_at) : ""],
    [t.references, record.references.join(", ")],
  ] as const;
  return (
    <Panel title={t.record}>
      <dl className="facts body">
        {facts
          .filter(([, value]) => value !== "")
          .map(([name, value]) => (
            <div key={name} className="fact">
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        {record.skills.length > 0 && (
          <div className="fact">
            <dt>{t.skills}</dt>
            <dd className="tags">
              {record.skills.map((skill) => (
                <Tag key={skill}>{skill}</Tag>
              ))}
            </dd>
          </div>
        )}
      </dl>
    </Panel>
  );
}
