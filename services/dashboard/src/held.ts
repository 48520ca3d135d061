/** A list that does not move while somebody reads it: what came since waits until they ask for it. */
import { useState } from "react";

interface Named {
  id: string;
}

/** The items in the order in which they were read, without those that left, and with what follows behind the last of them. */
export function held<T extends Named>(items: readonly T[], read: readonly string[]): { shown: T[]; fresh: number } {
  const now = new Map(items.map((one) => [one.id, one]));
  const known = new Set(read);
  const stayed = read.flatMap((id) => now.get(id) ?? []);
  const last = items.findLastIndex(({ id }) => known.has(id));
  const behind = items.slice(last + 1);
  return { shown: [...stayed, ...behind], fresh: items.length - stayed.length - behind.length };
}

/**
 * What is shown of a list, how many of it are not (`fresh`), and `refresh`, which shows them. While nobody reads, all are shown.
 * `question` is what the list answers: another one is read anew.
 */
export function useHeld<T extends Named>(items: readonly T[], question: string, isReading: boolean) {
  const [read, setRead] = useState<{ question: string; ids: readonly string[] }>({ question, ids: [] });
  const { shown, fresh } = held(items, isReading && read.question === question ? read.ids : []);
  const ids = shown.map(({ id }) => id);
  if (read.question !== question || ids.length !== read.ids.length || ids.some((id, at) => id !== read.ids[at]))
    setRead({ question, ids });
  return { shown, fresh, refresh: () => setRead({ question, ids: items.map(({ id }) => id) }) };
}
