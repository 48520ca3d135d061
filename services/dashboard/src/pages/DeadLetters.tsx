/** What a service could not apply: apply it again once its cause is mended, or set it aside with a reason. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body, type Schemas } from "../api/client";
import { dateTime, relative } from "../format";
import { texts } from "../texts";
import { Failed, Loading } from "../ui/faces";
import { failed, notify } from "../ui/notices";
import { Panel, Tag } from "../ui/parts";
import { Sheet } from "../ui/Sheet";

const t = texts.behind;
const SERVICES = ["candidates", "engagement", "analytics"] as const;
type Letter = Schemas["WaitingDeadLetter"] & { service: (typeof SERVICES)[number] };

const fetchLetters = async (): Promise<Letter[]> =>
  (
    await Promise.all(
      SERVICES.map(async (service) =>
        (await body(api.GET(`/v1/${service}/dead-letters`, { params: { query: { limit: 50 } } }))).items.map((one) => ({
          ...one,
          service,
        })),
      ),
    )
  ).flat();

export function DeadLetters() {
  const queries = useQueryClient();
  const letters = useQuery({ queryKey: ["dead-letters"], queryFn: fetchLetters, refetchInterval: 10_000 });
  const [aside, setAside] = useState<Letter>();
  const settle = (doing: Promise<unknown>, said: string): void =>
    void doing
      .then(() => notify(said), failed)
      .finally(() => queries.invalidateQueries({ queryKey: ["dead-letters"] }));
  const replay = ({ service, number }: Letter) =>
    settle(body(api.POST(`/v1/${service}/dead-letters/{number}/replay`, { params: { path: { number } } })), t.replayed);
  return (
    <Panel title={t.letters} count={letters.data?.length}>
      {letters.isError ? (
        <Failed error={letters.error} retry={() => void letters.refetch()} />
      ) : letters.data === undefined ? (
        <Loading rows={2} />
      ) : letters.data.length === 0 ? (
        <p className="empty">{t.noLetters}</p>
      ) : (
        <ul className="rows">
          {letters.data.map((one) => (
            <li key={`${one.service} ${String(one.number)}`} className="row">
              <Tag tone="bad">{one.group}</Tag>
              <span className="grow">
                <strong>{one.type ?? one.topic}</strong>
                <span className="sentence">
                  {one.error} <time title={dateTime(one.created_at)}>{relative(one.created_at)}</time>
                </span>
              </span>
              <button className="button" onClick={() => replay(one)}>
                {t.replay}
              </button>
              <button className="button" onClick={() => setAside(one)}>
                {t.discard}
              </button>
            </li>
          ))}
        </ul>
      )}
      <Sheet title={t.discardTitle} isOpen={aside !== undefined} onOpenChange={() => setAside(undefined)}>
        <form
          className="body"
          onSubmit={(event) => {
            event.preventDefault();
            if (aside === undefined) return;
            const reason = String(new FormData(event.currentTarget).get("reason"));
            const path = { number: aside.number };
            settle(
              body(
                api.POST(`/v1/${aside.service}/dead-letters/{number}/discard`, { params: { path }, body: { reason } }),
              ),
              t.discarded,
            );
            setAside(undefined);
          }}
        >
          <p>{t.discardHow}</p>
          <label className="choice">
            <span>{t.discardReason}</span>
            <input name="reason" required maxLength={500} />
          </label>
          <button className="button primary">{t.discard}</button>
        </form>
      </Sheet>
    </Panel>
  );
}
