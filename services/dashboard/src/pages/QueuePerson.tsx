/** One person of the queue: why now, whether we may, what to say, their story; and what to do about them. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { api, body } from "../api/client";
import { nameOf, usePeople } from "../api/people";
import { complete, dismiss, snooze, takeBackSent, undo, type Item } from "../api/queue";
import { dateTime, relative } from "../format";
import { texts } from "../texts";
import { Failed, Loading } from "../ui/faces";
import { useKeys } from "../ui/keys";
import { failed, notify } from "../ui/notices";
import { Priority, Tag } from "../ui/parts";
import { Sheet } from "../ui/Sheet";
import { Draft } from "./Draft";
import { Insights } from "./Insights";
import { Explanation, Parts } from "./PersonRelated";
import { Story } from "./Story";

const t = texts.queue;

interface Props {
  id: string;
  canWork: boolean;
  claim: () => void;
  next: () => void;
  reopen: () => void;
  close: () => void;
}

export function QueuePerson({ id, ...desk }: Props) {
  const found = useQuery({
    queryKey: ["queue", "item", id],
    queryFn: () => body(api.GET("/v1/queue/{id}", { params: { path: { id } } })),
    refetchInterval: 10_000,
    retry: false,
  });
  return (
    <section className="panel person" aria-label={t.choose}>
      {found.isError && found.data === undefined ? (
        <Failed error={found.error} retry={() => void found.refetch()} />
      ) : found.data === undefined ? (
        <Loading />
      ) : (
        <Opened item={found.data} lease={found.data.lease ?? undefined} {...desk} />
      )}
    </section>
  );
}

type OpenedProps = Omit<Props, "id"> & { item: Item; lease: string | undefined };

function Opened({ item, lease, canWork, claim, next, reopen, close }: OpenedProps) {
  const queries = useQueryClient();
  const people = usePeople([item.candidate_id]);
  const [dialog, setDialog] = useState<"snooze" | "dismiss">();
  const draft = useRef<HTMLTextAreaElement>(null);
  const plans = useQuery({
    queryKey: ["returns", item.candidate_id],
    queryFn: () => body(api.GET("/v1/returns", { params: { query: { candidate: item.candidate_id, limit: 20 } } })),
  });
  const record = people.get(item.candidate_id);
  const isMine = lease !== undefined;
  const takeBack = (undone: Promise<unknown>): void => {
    undone
      .then(() => {
        reopen();
        return queries.invalidateQueries({ queryKey: ["queue"] });
      })
      .catch(failed);
  };
  /** What is done with the lease can be undone for a while. */
  const act = (
    doing: Promise<unknown>,
    said: string,
    held: string,
    undoing: () => Promise<unknown> = () => undo(item.id, held),
  ): void => {
    doing
      .then(() => {
        notify(said, () => takeBack(undoing()));
        next();
        // The item itself may have left the queue: it is asked for no more.
        return queries.invalidateQueries({ queryKey: ["queue"], predicate: ({ queryKey }) => queryKey[2] !== item.id });
      })
      .catch(failed);
  };
  useKeys({
    d: () => draft.current?.focus(),
    s: () => {
      if (isMine) setDialog("snooze");
    },
    x: () => {
      if (isMine) setDialog("dismiss");
    },
  });
  return (
    <>
      <header className="title">
        <div className="grow">
          <h2>{nameOf(people, item.candidate_id, item.references)}</h2>
          <small>
            {[record?.title, record?.company, record?.level, record?.location?.city ?? record?.location?.country]
              .filter(Boolean)
              .join(" · ")}
          </small>
        </div>
        <Link className="button" to="/people/$person" params={{ person: item.candidate_id }}>
          {t.record}
        </Link>
        <button className="quiet" onClick={close}>
          {t.close}
        </button>
      </header>
      <div className="part">
        <h3>{t.plans}</h3>
        <div className="row-plain">
          <Priority value={item.priority} />
          <div className="grow">
            <Explanation text={item.explanation} />
            <ul className="reasons plans">
              {plans.data?.items.map((plan) => (
                <li key={`${plan.position_id} ${String(plan.attempt)}`}>
                  <Tag>{texts.reasons[plan.reason]}</Tag>
                  <span>
                    {plan.sentence} <small>{plan.position_title}</small>
                  </span>
                </li>
              ))}
            </ul>
            <details>
              <summary>{t.parts}</summary>
              <Parts parts={item.parts} />
            </details>
          </div>
        </div>
      </div>
      {canWork && (
        <Draft
          item={item}
          lease={lease}
          hasRecord={record !== undefined}
          box={draft}
          done={(held) => act(Promise.resolve(), t.noted, held, () => takeBackSent(item, held))}
        />
      )}
      {(isMine || item.recruiter || (canWork && item.status === "due")) && (
        <div className="part">
          {isMine ? (
            <div className="actions">
              {Object.entries(t.outcomes).map(([outcome, said]) => (
                <button
                  key={outcome}
                  className="button"
                  onClick={() => act(complete(item.id, lease, outcome as "wrong_time"), t.done.completed ?? "", lease)}
                >
                  {said}
                </button>
              ))}
              <button className="button" onClick={() => setDialog("snooze")}>
                {t.snooze} <kbd aria-hidden="true">s</kbd>
              </button>
              <button className="button" onClick={() => setDialog("dismiss")}>
                {t.dismiss} <kbd aria-hidden="true">x</kbd>
              </button>
              {item.lease_expires_at && (
                <small>
                  {t.mine} {t.until(dateTime(item.lease_expires_at))}
                </small>
              )}
            </div>
          ) : item.recruiter ? (
            <p>
              {t.heldBy(item.recruiter)}{" "}
              {item.lease_expires_at && <small>{t.until(relative(item.lease_expires_at))}</small>}
            </p>
          ) : (
            <div className="actions">
              <button className="button primary" onClick={claim}>
                {t.claim} <kbd aria-hidden="true">c</kbd>
              </button>
              <small>{t.claimFirst}</small>
            </div>
          )}
        </div>
      )}
      {record && <Insights person={item.candidate_id} isInner />}
      <div className="part">
        <h3>{t.story}</h3>
        <Story person={item.candidate_id} />
      </div>
      <Sheet title={t.snooze} isOpen={dialog === "snooze"} onOpenChange={() => setDialog(undefined)}>
        <div className="body">
          {Object.entries(t.snoozes).map(([days, said]) => (
            <button
              key={days}
              className="button"
              onClick={() => {
                setDialog(undefined);
                const until = new Date(Date.now() + Number(days) * 86_400_000);
                if (lease) act(snooze(item.id, lease, until), t.done.snoozed ?? "", lease);
              }}
            >
              {said}
            </button>
          ))}
        </div>
      </Sheet>
      <Sheet title={t.dismissTitle} isOpen={dialog === "dismiss"} onOpenChange={() => setDialog(undefined)}>
        <form
          className="body"
          onSubmit={(event) => {
            event.preventDefault();
            const reason = String(new FormData(event.currentTarget).get("reason"));
            setDialog(undefined);
            if (lease) act(dismiss(item.id, lease, reason), t.done.dismissed ?? "", lease);
          }}
        >
          <p>{t.dismissHow}</p>
          <label className="choice">
            <span>{t.dismissReason}</span>
            <input name="reason" required maxLength={500} />
          </label>
          <button className="button primary">{t.dismiss}</button>
        </form>
      </Sheet>
    </>
  );
}
