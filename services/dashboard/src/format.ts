/** Numbers and times as this browser writes them; times in its zone, with the organisation's beside it where that differs. */
const plain = new Intl.NumberFormat();
const short = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });
const share = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const months = new Intl.DateTimeFormat(undefined, { month: "short", year: "numeric", timeZone: "UTC" });
const ago = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "short" });

export const number = (value: number): string => plain.format(value);
export const compact = (value: number): string =>
  Math.abs(value) < 10_000 ? plain.format(value) : short.format(value);
export const percent = (value: number): string => share.format(value);
export const decimal = (value: number): string => fine.format(value);
export const date = (time: string): string => day.format(new Date(time));
/** The month of a day, "2026-03-01". */
export const month = (its: string): string => months.format(new Date(its));
export const dateTime = (time: string): string => moment.format(new Date(time));
export const inZone = (time: string, timeZone: string): string =>
  new Intl.DateTimeFormat(undefined, {
    day: "numeric",
    month: "short",
    hour: "numeric",
    minute: "2-digit",
    timeZone,
    timeZoneName: "short",
  }).format(new Date(time));

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** How long until or since a time, in its largest unit: "in 3 hr.", "2 wk. ago". */
export function relative(time: string, now: number = Date.now()): string {
  const seconds = (new Date(time).getTime() - now) / 1000;
  const [unit, length] = UNITS.find(([, one]) => Math.abs(seconds) >= one) ?? ["minute", 60];
  return ago.format(Math.trunc(seconds / length), unit);
}

/** Hours in a length that reads well: 5 h, 3 d, 2 wk. */
export function hours(value: number): string {
  if (value < 1) return `${plain.format(Math.round(value * 60))} min`;
  if (value < 48) return `${plain.format(Math.round(value))} h`;
  if (value < 24 * 28) return `${plain.format(Math.round(value / 24))} d`;
  return `${plain.format(Math.round(value / 168))} wk`;
}
