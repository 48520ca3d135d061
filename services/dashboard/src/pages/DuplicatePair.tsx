/** Two people who may be one, side by side: why, which value would count, and what to do about it. */
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { merge, part, sayNotTheSame, takeBack, useDuplicate, type PreviewedPair } from "../api/duplicates";
import type { Schemas } from "../api/client";
import { may, useSession } from "../api/session";
import { date, percent } from "../format";
import { texts } from "../texts";
import { Answered } from "../ui/answers";
import { Face } from "../ui/faces";
import { useKeys } from "../ui/keys";
import { failed, notify } from "../ui/notices";
import { Tag } from "../ui/parts";
import { Sheet } from "../ui/Sheet";
import { nameIn } from "./duplicates";
import { SideBySide } from "./SideBySide";

const t = texts.duplicates;

/** Which of what is kept of people a merge or a parting changes. */
const CHANGED = ["duplicates", "candidate", "candidates", "relationship", "timeline", "people", "queue", "insights"];

export function DuplicatePair({ id, close }: { id: string; close: () => void }) {
  const queries = useQueryClient();
  const [merged, setMerged] = useState<Schemas["Merged"]>();
  const found = useDuplicate(id, merged === undefined);
  const changed = () => Promise.all(CHANGED.map((key) => queries.invalidateQueries({ queryKey: [key] })));
  const partAgain = (done: Schemas["Merged"]): void =>
    void part(done)
      .then(() => {
        setMerged(undefined);
        notify(t.parted);
        return changed();
      })
      .catch(failed);
  return (
    <section className="panel person" aria-label={t.pair}>
      {merged !== undefined ? (
        <Face
          title={t.merged}
          action={
            <div className="actions">
              <Link className="button primary" to="/people/$person" params={{ person: merged.candidate_id }}>
                {texts.queue.record}
              </Link>
              <button className="button" onClick={() => partAgain(merged)}>
                {t.partAgain} <kbd aria-hidden="true">z</kbd>
              </button>
              <button className="button" onClick={close}>
                {texts.queue.close}
              </button>
            </div>
          }
        >
          {t.mergedHow}
        </Face>
      ) : (
        <Answered query={found}>
          {(pair) => (
            <Opened
              pair={pair}
              close={close}
              changed={changed}
              didMerge={(done) => {
                setMerged(done);
                notify(t.merged, () => partAgain(done));
              }}
            />
          )}
        </Answered>
      )}
    </section>
  );
}

interface OpenedProps {
  pair: PreviewedPair;
  close: () => void;
  changed: () => Promise<unknown>;
  didMerge: (done: Schemas["Merged"]) => void;
}

function Opened({ pair, close, changed, didMerge }: OpenedProps) {
  const session = useSession();
  const [chosen, setSurvivor] = useState<string>();
  const [isAsked, setAsked] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const survivor = chosen ?? pair.preview?.survivor ?? pair.candidates[0]?.id ?? "";
  const canDecide = may(session, "candidates:write");
  const isOpen = pair.status === "open";
  const act = (doing: Promise<void>): void => {
    setBusy(true);
    doing
      .then(changed)
      .catch(failed)
      .finally(() => setBusy(false));
  };
  const join = (): void => {
    if (canDecide && isOpen && !isBusy) act(merge(pair.id, survivor).then(didMerge));
  };
  const suggestAgain = (): void => act(takeBack(pair.id).then(() => notify(t.takenBack)));
  useKeys({
    m: join,
    x: () => {
      if (canDecide && isOpen) setAsked(true);
    },
  });
  return (
    <>
      <header className="title">
        <div className="grow">
          <h2>{pair.candidates.map(nameIn).join(t.and)}</h2>
          <small>{t.likelihood(percent(pair.score), date(pair.found_at))}</small>
        </div>
        <button className="quiet" onClick={close}>
          {texts.queue.close}
        </button>
      </header>
      {pair.decision && (
        <p className="part">
          {t.decided(pair.decision.decided_by, date(pair.decision.decided_at), pair.decision.reason)}
        </p>
      )}
      <div className="part">
        {!canDecide ? (
          <p className="note">{t.notYours}</p>
        ) : isOpen ? (
          <div className="actions">
            <button className="button primary" disabled={isBusy} onClick={join}>
              {t.merge} <kbd aria-hidden="true">m</kbd>
            </button>
            <button className="button" disabled={isBusy} onClick={() => setAsked(true)}>
              {t.notTheSame} <kbd aria-hidden="true">x</kbd>
            </button>
            <small>{t.canBeUndone}</small>
          </div>
        ) : (
          <button className="button" disabled={isBusy} onClick={suggestAgain}>
            {t.suggestAgain}
          </button>
        )}
      </div>
      <div className="part">
        <h3>{t.evidence}</h3>
        <ul className="reasons">
          {pair.evidence.map((one) => (
            <li key={one.signal}>
              <Tag tone={one.weight > 0 ? "good" : "bad"}>{one.weight > 0 ? t.speaksFor : t.speaksAgainst}</Tag>
              <span>
                <strong>{t.signals[one.signal]}</strong> {one.why}
              </span>
            </li>
          ))}
        </ul>
      </div>
      {pair.preview && (
        <SideBySide
          pair={pair}
          preview={pair.preview}
          survivor={survivor}
          onSurvivor={canDecide && isOpen ? setSurvivor : undefined}
        />
      )}
      <Sheet title={t.notTheSameTitle} isOpen={isAsked} onOpenChange={setAsked}>
        <form
          className="body form"
          onSubmit={(event) => {
            event.preventDefault();
            const reason = String(new FormData(event.currentTarget).get("reason"));
            setAsked(false);
            act(sayNotTheSame(pair.id, reason).then(() => notify(t.remembered, suggestAgain)));
          }}
        >
          <p>{t.notTheSameHow}</p>
          <label className="choice">
            <span>{texts.queue.dismissReason}</span>
            <input name="reason" required maxLength={500} placeholder={t.reasonHow} />
          </label>
          <button className="button primary">{t.notTheSame}</button>
        </form>
      </Sheet>
    </>
  );
}
