/** May I, and what to say: the contact check, the draft with its review as one types, and "I sent it". */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useEffect, useState, type RefObject } from "react";
import { api, body, type Schemas } from "../api/client";
import { useInsights } from "../api/insights";
import { noteSent, type Item } from "../api/queue";
import { useSession } from "../api/session";
import { dateTime, inZone } from "../format";
import { failed } from "../ui/notices";
import { texts } from "../texts";
import { Choice, Tag } from "../ui/parts";
import { marked } from "./marked";

const t = texts.queue;
const TYPED = 500;

interface Props {
  item: Item;
  lease: string | undefined;
  /** Whether the person has a record: whom the log alone knows has none. */
  hasRecord: boolean;
  box: RefObject<HTMLTextAreaElement | null>;
  /** Called once it is noted that they were contacted, with the lease. */
  done: (lease: string) => void;
}

/** What was typed so far, by the lease: it is there again when its person is opened again, or sending it is undone. */
const drafts = new Map<string, string>();

export function Draft({ item, lease, hasRecord, box, done }: Props) {
  const { recruiter } = useSession();
  const [text, setText] = useState(() => drafts.get(lease ?? "") ?? "");
  const [channel, setChannel] = useState<Schemas["Channel"]>("email");
  const [sending, setSending] = useState(false);
  const settled = useSettled(text);
  const position = item.reasons[0]?.position_id;
  const known =
    useInsights(item.candidate_id, hasRecord)
      .data?.items.slice(0, 50)
      .map((one) => one.text.slice(0, 500)) ?? [];
  const review = useQuery({
    queryKey: ["review", item.candidate_id, position, settled, known],
    queryFn: () =>
      body(
        api.POST("/v1/message-reviews", {
          body: { text: settled, kind: "first_touch", candidate: item.candidate_id, position, known },
        }),
      ),
    enabled: settled.trim() !== "",
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  });
  const words = text.trim() === "" ? 0 : text.trim().split(/\s+/).length;
  const send = (): void => {
    if (lease === undefined || sending) return;
    setSending(true);
    noteSent({ item, lease, recruiter, channel, words, review: settled === text ? review.data?.id : undefined })
      .then(() => done(lease))
      .catch(failed)
      .finally(() => setSending(false));
  };
  const shown = settled.trim() === "" ? undefined : review.data;
  return (
    <>
      <Check item={item} channel={channel} />
      {lease !== undefined && (
        <div className="part">
          <h3>{t.draft}</h3>
          <Choice
            label={t.channel}
            value={channel}
            options={Object.entries(texts.channels)}
            onChange={(value) => setChannel(value as Schemas["Channel"])}
          />
          <div className="editor">
            <div aria-hidden="true">{marked(settled === text ? (shown?.findings ?? []) : [], text)}</div>
            <textarea
              ref={box}
              value={text}
              aria-label={t.draftLabel}
              placeholder={t.draftHow}
              onChange={({ target }) => {
                setText(target.value);
                if (lease !== undefined) drafts.set(lease, target.value);
              }}
              onKeyDown={(event) => {
                if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
                if (event.key === "Escape") event.currentTarget.blur();
              }}
            />
          </div>
          <div className="draft-foot">
            <div aria-live="polite">
              {shown && (
                <span className={`verdict ${shown.verdict}`}>
                  {t.review[shown.verdict]} <small>{t.score(shown.score)}</small>
                </span>
              )}
            </div>
            <small>{t.words(words)}</small>
          </div>
          {shown && shown.findings.length > 0 && (
            <ul className="reasons findings">
              {shown.findings.map((one, index) => (
                <li key={`${one.code} ${String(index)}`}>
                  <Tag tone={one.severity === "stop" ? "bad" : one.severity === "warn" ? "warn" : "accent"}>
                    {one.code.replaceAll("_", " ")}
                  </Tag>
                  <span>{one.advice}</span>
                </li>
              ))}
            </ul>
          )}
          <button className="button primary send" disabled={sending} onClick={send}>
            {sending ? t.sending : t.sent} <kbd aria-hidden="true">Ctrl ⏎</kbd>
          </button>
        </div>
      )}
    </>
  );
}

function Check({ item, channel }: { item: Item; channel: Schemas["Channel"] }) {
  const { time_zone: zone } = useSession();
  const check = useQuery({
    queryKey: ["check", item.candidate_id, channel],
    queryFn: () =>
      body(api.POST("/v1/contact-checks", { body: { candidate: item.candidate_id, channel } })) as Promise<
        Schemas["ContactCheckAnswer"]
      >,
    refetchInterval: 30_000,
    placeholderData: keepPreviousData,
  });
  const answer = check.data;
  return (
    <div className="part">
      <h3>{t.check}</h3>
      {answer && (
        <>
          <p className={`verdict ${answer.allowed ? "good" : "bad"}`}>
            {answer.allowed ? t.allowed : t.notAllowed}{" "}
            {!answer.allowed && (
              <small title={answer.earliest_allowed_at ? inZone(answer.earliest_allowed_at, zone) : undefined}>
                {answer.earliest_allowed_at ? t.earliest(dateTime(answer.earliest_allowed_at)) : t.never}
              </small>
            )}
          </p>
          <ul className="reasons">
            {answer.reasons.map((one) => (
              <li key={one.code}>
                <span>
                  {one.sentence} {one.until && <small>{t.until(dateTime(one.until))}</small>}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

/** A value once it has not changed for half a second. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), TYPED);
    return () => window.clearTimeout(timer);
  }, [value]);
  return useDeferredValue(settled);
}
