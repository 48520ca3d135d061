/** The few figures of /metrics that say whether anything waits: sums over all processes, by what they count. */
import { texts } from "./texts";

const SAMPLE = /^(rekindle_[a-z_]+)(?:\{[^}]*\})? ([0-9.e+-]+)$/;

export function figures(page: string): { name: string; value: number }[] {
  const sums = new Map<string, number>();
  for (const line of page.split("\n")) {
    const [, metric = "", value = ""] = SAMPLE.exec(line) ?? [];
    if (metric in texts.behind.figures) sums.set(metric, Math.max(sums.get(metric) ?? 0, Number(value)));
  }
  return [...sums].map(([metric, value]) => ({ name: texts.behind.figures[metric] ?? metric, value }));
}
