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

/** Note that somebody was contacted, then be done with the item. The lease names the event, so that twice is once. */
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
      body: { source: "dashboard", id: lease, type: "rekindle.pursuit.contacted", subject: item.candidate_id, data },
    }),
  );
  await complete(item.id, lease, "contacted");
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
