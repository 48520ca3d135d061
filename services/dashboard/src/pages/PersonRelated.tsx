/** What follows from what was said: why a person is in the queue or not, refusals with their plans, what is owed and agreed. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Schemas } from "../api/client";
import { date, dateTime, number, relative } from "../format";
import { texts } from "../texts";
import { Panel, Priority, Tag, type Tone } from "../ui/parts";

const t = texts.person;
type Related = Schemas["Relationship"];

export function PersonRelated({ related }: { related: Related }) {
  return (
    <>
      <Queued related={related} />
      <Refusals refusals={related.refusals} />
      <Pursuits pursuits={related.pursuits} />
      <Agreed related={related} />
    </>
  );
}

function Queued({ related: { queue_item: item, not_in_queue: not } }: { related: Related }) {
  const isDue = item !== null && (item.status === "due" || item.status === "claimed");
  return (
    <Panel title={isDue ? t.whyDue : t.notInQueue}>
      {isDue ? (
        <div className="body row-plain">
          <Priority value={item.priority} />
          <div className="grow">
            <Explanation text={item.explanation} />
            <details>
              <summary>{texts.queue.parts}</summary>
              <Parts parts={item.parts} />
            </details>
          </div>
        </div>
      ) : (
        <ul className="reasons body">
          {not.map(({ code, sentence, until }) => (
            <li key={code}>
              <span>
                {sentence} {until !== null && <small>{texts.queue.until(dateTime(until))}</small>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** So much of an explanation is read at a glance: about two lines. */
const GLANCE = 150;

/** Why to come back: what counts most at once, the further reasons on demand. */
export function Explanation({ text }: { text: string }) {
  const clauses = text.replace(/\.$/, "").split("; ");
  let shown = 1;
  while (shown < clauses.length && clauses.slice(0, shown + 1).join("; ").length <= GLANCE) shown++;
  const further = clauses.slice(shown);
  return (
    <>
      <p>{clauses.slice(0, shown).join("; ")}.</p>
      {further.length > 0 && (
        <details>
          <summary>{texts.queue.moreReasons(further.length)}</summary>
          <ul className="further">
            {further.map((clause) => (
              <li key={clause}>{clause}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

/** What a priority is made of. */
export function Parts({ parts }: { parts: Schemas["QueueItem"]["parts"] }) {
  return (
    <table className="parts">
      <tbody>
        {parts.map((part) => (
          <tr key={part.factor}>
            <td>{part.points > 0 ? `+${String(part.points)}` : part.points}</td>
            <td>{part.why}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Refusals({ refusals }: Pick<Related, "refusals">) {
  const held = refusals.hard.filter((one) => one.holds);
  if (held.length + refusals.soft.length === 0) return null;
  return (
    <Panel title={t.refusals} count={held.length + refusals.soft.length}>
      <ul className="rows">
        {held.map((one) => (
          <Row key={one.reason} tag={t.hard} tone="bad" title={texts.reasons[one.reason] ?? one.reason}>
            {one.history.at(-1)?.evidence}
          </Row>
        ))}
        {refusals.soft.map((one) => (
          <Row
            key={`${one.position_id} ${String(one.attempt)}`}
            tag={texts.reasons[one.reason] ?? one.reason}
            title={one.position_title ?? one.position_references[0] ?? ""}
            aside={one.due_at !== null && <time dateTime={one.due_at}>{t.backAt(date(one.due_at))}</time>}
          >
            {one.sentence}
            {one.conditions.map((plan) => (
              <span key={plan.reason} className="condition">
                <Tag tone={plan.met ? "good" : undefined}>{plan.met ? t.met : t.notMet}</Tag>{" "}
                {[
                  plan.condition ?? t.timeAlone,
                  plan.due_at && t.orTime(date(plan.due_at)),
                  plan.position_from && t.positionFrom(date(plan.position_from)),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            ))}
          </Row>
        ))}
      </ul>
    </Panel>
  );
}

function Pursuits({ pursuits }: Pick<Related, "pursuits">) {
  return (
    <Panel title={t.pursuits} count={pursuits.length}>
      <ul className="rows">
        {pursuits.map((one) => (
          <Row
            key={one.id}
            tag={t.outcomes[one.outcome] ?? one.outcome}
            tone={one.outcome === "in_play" || one.outcome === "hired" ? "good" : undefined}
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
  );
}

function Agreed({ related: { obligations, cadence, suppressions, consent, reservations } }: { related: Related }) {
  const isSettled = ({ status }: Schemas["Obligation"]): boolean => status === "met" || status === "waived";
  const owed = obligations.filter((one) => !isSettled(one));
  const settled = obligations.filter(isSettled);
  const stopped = suppressions.filter((one) => one.holds);
  const shown = [obligations, cadence, stopped, consent, reservations];
  if (shown.every(({ length }) => length === 0)) return null;
  return (
    <Panel title={t.agreed}>
      <ul className="rows">
        {owed.map((one) => (
          <Row
            key={one.id}
            tag={texts.obligations.kinds[one.kind] ?? one.kind}
            tone={one.status === "overdue" ? "bad" : one.status === "warned" ? "warn" : undefined}
            title={texts.obligations.status[one.status] ?? one.status}
            aside={
              <time dateTime={one.due_at} title={dateTime(one.due_at)}>
                {texts.obligations[one.status === "overdue" ? "overdue" : "due"](relative(one.due_at))}
              </time>
            }
          >
            {[one.position_title, one.recruiter].filter(Boolean).join(" · ")}
          </Row>
        ))}
        {reservations.map((one) => (
          <Row key={one.id} tag={t.held} tone="warn" title={t.nextContact}>
            {[one.recruiter, texts.queue.until(dateTime(one.expires_at))].filter(Boolean).join(" · ")}
          </Row>
        ))}
        {consent.map((one) => (
          <Row
            key={`${one.candidate_id} ${one.basis}`}
            tag={one.holds ? t.consent : t.noConsent}
            tone={one.holds ? "good" : undefined}
            title={t.bases[one.basis] ?? one.basis}
          >
            {[t.since(date(one.since)), one.expires_on && t.validTo(date(one.expires_on)), t.by(one.source)]
              .filter(Boolean)
              .join(" · ")}
          </Row>
        ))}
        {cadence.map((one) => (
          <Row key={one.candidate_id + one.since} tag={t.cadence} title={texts.everyDays(String(one.every_days))}>
            {t.since(date(one.since))}
          </Row>
        ))}
        {stopped.map((one) => (
          <Row
            key={one.channel + String(one.address)}
            tag={t.stop}
            tone="bad"
            title={texts.channels[one.channel] ?? one.channel}
          >
            {[one.is_choice ? t.choice : t.undeliverable, one.address, one.since && t.since(date(one.since))]
              .filter(Boolean)
              .join(" · ")}
          </Row>
        ))}
      </ul>
      {settled.length > 0 && (
        <details className="settled">
          <summary>{t.kept(number(settled.length))}</summary>
          <ul className="rows">
            {settled.toReversed().map((one) => (
              <Row
                key={one.id}
                tag={texts.obligations.kinds[one.kind] ?? one.kind}
                title={one.position_title ?? texts.obligations.status[one.status] ?? one.status}
                aside={<time dateTime={one.due_at}>{texts.obligations.due(date(one.due_at))}</time>}
              >
                {[one.met_at && t.metOn(date(one.met_at)), one.waiver && t.waivedFor(one.waiver.reason), one.recruiter]
                  .filter(Boolean)
                  .join(" · ")}
              </Row>
            ))}
          </ul>
        </details>
      )}
    </Panel>
  );
}

interface RowProps {
  tag: string;
  tone?: Tone;
  title: ReactNode;
  aside?: ReactNode;
  children?: ReactNode;
}

function Row({ tag, tone, title, aside, children }: RowProps) {
  return (
    <li className="row">
      <Tag tone={tone}>{tag}</Tag>
      <span className="grow">
        <strong>{title}</strong>
        <span className="sentence">{children}</span>
      </span>
      {aside}
    </li>
  );
}
