/** The few figures of /metrics that say whether anything waits: of all processes the largest, for each counts the same. */
import { texts } from "./texts";

const SAMPLE = /^(rekindle_[a-z_]+)(?:\{[^}]*\})? ([0-9.e+-]+)$/;

/** The largest value of each of the figures, by its metric. */
export function largest(page: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of page.split("\n")) {
    const [, metric = "", value = ""] = SAMPLE.exec(line) ?? [];
    if (metric in texts.behind.figures) found.set(metric, Math.max(found.get(metric) ?? 0, Number(value)));
  }
  return found;
}

export function figures(page: string): { name: string; value: number }[] {
  return [...largest(page)].map(([metric, value]) => ({ name: texts.behind.figures[metric] ?? metric, value }));
}
