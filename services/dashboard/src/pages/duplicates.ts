/** What two suspected people say, in words. */
import type { Schemas } from "../api/client";
import { date, number } from "../format";
import { texts } from "../texts";

export const nameIn = (one: Schemas["DuplicateRecord"]): string => one.name ?? one.references[0] ?? texts.unnamed;

/** The name of a field of a record. */
export const fieldName = (field: string): string =>
  texts.person.lists[field] ??
  texts.imports.fields[field] ??
  field
    .replace(/^attributes\./, "")
    .replaceAll("_", " ")
    .replaceAll(".", ", ");

/** A value of a record as it is read. */
export function valueOf(field: string, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return texts.duplicates.yesNo[value ? "yes" : "no"];
  if (typeof value === "number") return number(value);
  if (typeof value === "object") return JSON.stringify(value);
  const text = String(value as string);
  if (field === "market_status") return texts.people.markets[text] ?? text;
  return /^\d{4}-\d{2}-\d{2}T/.test(text) ? date(text) : text;
}
