/** An event of a person's timeline in words. */
import type { Schemas } from "./api/client";
import { date } from "./format";
import { texts } from "./texts";

type Event = Schemas["TimelineEvent"];

const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");

/** What happened, as a sentence without the position. */
export function happened(event: Pick<Event, "type" | "data" | "touch">): string {
  const said = texts.events[event.type.replace(/^rekindle\./, "")] ?? event.type;
  const data = event.data;
  const parts = [said];
  const channel = texts.channels[text(data.channel)];
  if (channel !== undefined) parts.push(texts.by(channel));
  if (data.reason !== undefined) parts.push(texts.because(text(data.reason)));
  const facts = data.facts as { asked?: number; currency?: string } | undefined;
  if (facts?.asked) parts.push(texts.asked(facts.asked, facts.currency ?? ""));
  if (data.signal !== undefined) parts.push(`: ${text(data.signal).replaceAll("_", " ")}`);
  if (data.every_days !== undefined) parts.push(texts.everyDays(text(data.every_days)));
  if (data.due_at !== undefined) parts.push(texts.until(date(text(data.due_at))));
  if (data.mood !== undefined) parts.push(`(${text(data.mood)})`);
  if (event.touch) parts.push(texts.touch(event.touch));
  if (data.recruiter !== undefined && data.recruiter !== null) parts.push(texts.recruiterIs(text(data.recruiter)));
  return parts.join(" ").replace(" :", ":");
}
