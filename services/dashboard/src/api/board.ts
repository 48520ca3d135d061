/** Where the people of a position stand, and moving them: the board's calls. */
import { api, body, type Schemas } from "./client";

export type Pursuit = Schemas["Pursuit"];
export type Stage = Schemas["Stage"];

/** The stages in order, and what of them stands on the board: who is open, and at the end who was hired. */
export const STAGES: readonly Stage[] = [
  "sourced",
  "contacted",
  "responded",
  "interested",
  "screening",
  "submitted",
  "interviewing",
  "offered",
  "hired",
];
const statusAt = (stage: Stage): "open" | "hired" => (stage === "hired" ? "hired" : "open");

export const boardKey = (position: string) => ["board", position] as const;

/** How many stand at each stage, and how many are closed. */
export async function countBoard(position: string): Promise<{ at: Map<string, number>; closed: number }> {
  const { items } = await body(api.GET("/v1/pursuits/counts", { params: { query: { position } } }));
  const at = items.filter((one) => one.stage !== null && one.status === statusAt(one.stage));
  const closed = items.filter((one) => one.status === "closed");
  return {
    at: new Map(at.map((one) => [one.stage as string, one.pursuits])),
    closed: closed.reduce((sum, one) => sum + one.pursuits, 0),
  };
}

export const pageOfStage = (position: string, stage: Stage, cursor: string | undefined) =>
  body(
    api.GET("/v1/pursuits", {
      params: { query: { position, stage, status: statusAt(stage), limit: PAGE, cursor } },
    }),
  );
const PAGE = 50;

export async function stageOf(id: string): Promise<string | null> {
  return (await body(api.GET("/v1/pursuits/{id}", { params: { path: { id } } }))).stage;
}

/** Since when somebody stands where they stand. */
export function since(pursuit: Pursuit): string | null {
  const attempt = pursuit.attempts.at(-1);
  return attempt?.stages.at(-1)?.reached_at ?? attempt?.began_at ?? null;
}

export interface Moved {
  /** The ids of the events, to take them back by. */
  events: string[];
  pursuits: Pursuit[];
  refused: number;
}

const AT_ONCE = 500;
const SOURCE = "dashboard";

/** Say that these people entered a stage, and wait until it is derived. */
export async function move(pursuits: readonly Pursuit[], stage: Stage, recruiter: string | null): Promise<Moved> {
  const stamp = Date.now().toString(36);
  const events = pursuits.map((one) => ({
    source: SOURCE,
    id: `${one.id}-${stage}-${stamp}`,
    type: "rekindle.pursuit.stage_entered" as const,
    subject: one.candidate_id,
    data: { position: one.position_id, stage, ...(recruiter === null ? {} : { recruiter }) },
  }));
  const stored = await post(events);
  const kept = pursuits.filter((_, index) => stored[index]);
  return {
    events: events.filter((_, index) => stored[index]).map(({ id }) => id),
    pursuits: kept,
    refused: pursuits.length - kept.length,
  };
}

/** Take back that they entered it. */
export async function takeBack({ events, pursuits }: Moved): Promise<void> {
  await post(
    events.map((id, index) => ({
      source: SOURCE,
      id: `${id}-undone`,
      type: "rekindle.event.retracted" as const,
      subject: pursuits[index]?.candidate_id ?? "",
      data: { source: SOURCE, id },
    })),
  );
}

/** Whether each event was stored, once what follows from them can be read. */
async function post(events: readonly object[]): Promise<boolean[]> {
  const stored: boolean[] = [];
  for (let from = 0; from < events.length; from += AT_ONCE) {
    const batch = events.slice(from, from + AT_ONCE) as Schemas["Event"][];
    const answer = (await body(api.POST("/v1/events", { body: batch as never }))) as Schemas["EventBatchResult"];
    stored.push(...answer.items.map(({ status }) => status < 300));
    const after = answer.items.flatMap((one) => one.after ?? []);
    if (after.length > 0) await body(api.POST("/v1/events/wait", { body: { after, wait: 20 } }));
  }
  return stored;
}
