/** The queue's calls. */
import { api, body, type Schemas } from "./client";

export type Item = Schemas["QueueItem"];
type Filter = { position?: string; reason?: Schemas["Reason"] };

/** Claim the strongest due people, or the one whose item is named. */
export async function claim(filter: Filter, limit: number, item?: string): Promise<Schemas["LeasedQueueItem"][]> {
  const wanted = item === undefined ? { ...filter, limit } : { item, limit: 1 };
  const claimed = await body(api.POST("/v1/queue/claims", { body: { lease_seconds: 3600, ...wanted } }));
  return claimed.items;
}

interface Sent {
  item: Item;
  lease: string;
  recruiter: string | null;
  channel: Schemas["Channel"];
  words: number;
  review: string | undefined;
}

/** How often this tab took back that somebody was contacted with the lease. */
const takenBack = (lease: string): number => Number(sessionStorage.getItem(`taken back ${lease}`) ?? 0);
/** The lease names the event, so that twice is once; what was retracted has its name for ever, and what follows another. */
const eventOf = (lease: string): string =>
  takenBack(lease) === 0 ? lease : `${lease}-${String(takenBack(lease) + 1)}`;

/** Note that somebody was contacted, then be done with the item. */
export async function noteSent({ item, lease, recruiter, channel, words, review }: Sent): Promise<void> {
  const position = item.reasons[0]?.position_id;
  const purpose = item.reasons[0]?.kind === "reply" ? ("reply" as const) : undefined;
  const data = {
    channel,
    recruiter,
    words,
    purpose,
    ...(position && { position }),
    ...(review && { message: review }),
  };
  await body(
    api.POST("/v1/events", {
      body: {
        source: "dashboard",
        id: eventOf(lease),
        type: "rekindle.pursuit.contacted",
        subject: item.candidate_id,
        data,
      },
    }),
  );
  await complete(item.id, lease, "contacted");
}

/** Take back that somebody was contacted: it never happened, and the lease holds the item again. */
export async function takeBackSent(item: Item, lease: string): Promise<void> {
  const sent = eventOf(lease);
  const retracted = await body(
    api.POST("/v1/events", {
      body: {
        source: "dashboard",
        id: `${sent}-retracted`,
        type: "rekindle.event.retracted",
        subject: item.candidate_id,
        data: { source: "dashboard", id: sent },
      },
    }),
  );
  sessionStorage.setItem(`taken back ${lease}`, String(takenBack(lease) + 1));
  if ("after" in retracted)
    // then the item is there again
    await body(api.GET("/v1/queue/counts", { params: { query: { after: retracted.after, wait: 10 } } }));
  await undo(item.id, lease);
}

export const complete = (id: string, lease: string, outcome: Schemas["QueueOutcome"]) =>
  body(api.POST("/v1/queue/{id}/completion", { params: { path: { id } }, body: { lease, outcome } }));

export const snooze = (id: string, lease: string, until: Date) =>
  body(api.POST("/v1/queue/{id}/snooze", { params: { path: { id } }, body: { lease, until: until.toISOString() } }));

/** Take back what was done with the lease, which holds the item again. */
export const undo = (id: string, lease: string) =>
  body(api.POST("/v1/queue/{id}/undo", { params: { path: { id } }, body: { lease } }));

export const dismiss = (id: string, lease: string, reason: string) =>
  body(api.POST("/v1/queue/{id}/dismissal", { params: { path: { id } }, body: { lease, reason } }));
