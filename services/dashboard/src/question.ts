/** A question of the page Numbers: what its address asks, how its keys are called, and whose people are behind a row. */
import type { Schemas } from "./api/client";
import { decimal, hours, month, number, percent } from "./format";
import type { NumbersSearch } from "./router";
import { texts, valuesOf } from "./texts";

export type Row = Schemas["NumberRow"];
export type Metric = Schemas["MetricDescription"];
export type Key = Record<string, string>;
const t = texts.numbers;

/** A value in its metric's unit. */
export function inUnit(value: number | null, unit: string): string {
  if (value === null) return "–";
  if (unit.includes("share") || unit.includes("ratio")) return percent(value);
  if (unit.includes("hour")) return hours(value);
  return Number.isInteger(value) ? number(value) : decimal(value);
}

/** The dimensions that are asked for, of those that the metric has: none, one or two. */
export const dimensionsOf = (metric: Metric, search: NumbersSearch): string[] =>
  [
    ...new Set([search.by, search.and].filter((one) => one !== undefined && metric.dimensions.includes(one))),
  ] as string[];

/** The query of the question, without what only the page shows. */
export function queryOf(metric: Metric, search: NumbersSearch) {
  const by = dimensionsOf(metric, search);
  return {
    group_by: by.length > 0 ? by.join(",") : undefined,
    period: by.includes("period") ? (search.period ?? "month") : undefined,
    view: search.view,
    from: search.from,
    to: search.to,
    position: metric.dimensions.includes("position") ? search.position : undefined,
  };
}

/** What a value of a key is called. A quarter or a year is called by its first day. */
export function called(
  name: string,
  value: string | null | undefined,
  question: NumbersSearch,
  titles: ReadonlyMap<string, string>,
): string {
  if (value === null || value === undefined) return t.unknown;
  if (name === "position") return titles.get(value) ?? value;
  if (name === "period")
    return question.period === undefined || question.period === "month" ? month(value) : day(value);
  return valuesOf[name]?.[value] ?? value.replaceAll("_", " ");
}

const day = (value: string): string =>
  new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(
    new Date(value),
  );

/** Everything that the row's key says, or null where a part of it is not known: nobody can be asked for by that. */
export function wholeKey(row: Row): Key | null {
  const parts = Object.entries(row.key);
  return parts.every(([, value]) => value !== null) ? (row.key as Key) : null;
}

/** What the row's key says of what is known. */
export const knownKey = (row: Row): Key =>
  Object.fromEntries(Object.entries(row.key).filter((one): one is [string, string] => one[1] !== null));

const MONTHS: Record<string, number> = { month: 1, quarter: 3, year: 12 };

/** The last day of a period that is named by its first. */
export function lastDay(first: string, period: string): string {
  const end = new Date(`${first}T00:00:00Z`);
  const months = MONTHS[period];
  if (months === undefined) end.setUTCDate(end.getUTCDate() + (period === "week" ? 6 : 0));
  else end.setUTCMonth(end.getUTCMonth() + months, 0);
  return end.toISOString().slice(0, 10);
}

/** The number that is one row of the answer, as its people are asked for. */
export function membersOf(metric: Metric, search: NumbersSearch, key: Key) {
  const { period, view, from, to, position } = queryOf(metric, search);
  const query: Record<string, string | undefined> = { view, from, to, position };
  let own: string | undefined;
  for (const [name, value] of Object.entries(key)) {
    if (name === metric.key) own = value;
    else if (name !== "period") query[name] = value;
    else {
      const last = lastDay(value, period ?? "month");
      query.from = later(value, from);
      query.to = to !== undefined && to < last ? to : last;
    }
  }
  return { metric: metric.name, key: own, query };
}

const later = (one: string, other: string | undefined): string => (other !== undefined && other > one ? other : one);
