/** What people and positions are called: the queue and the log know ids alone. */
import { useQuery } from "@tanstack/react-query";
import { api, body, type Schemas } from "./client";
import { texts } from "../texts";
import { useSoon } from "../ui/soon";

export type Candidate = Schemas["Candidate"];
type Names = ReadonlyMap<string, Candidate>;

const NONE: Names = new Map();
const NAMELESS: ReadonlyMap<string, string> = new Map();
const NO_OPTIONS: readonly (readonly [string, string])[] = [];

async function fetchPeople(ids: string[]): Promise<Names> {
  const found = new Map<string, Candidate>();
  for (let from = 0; from < ids.length; from += 100) {
    const page = await body(
      api.GET("/v1/candidates", { params: { query: { ids: [ids.slice(from, from + 100).join(",")] } } }),
    );
    for (const person of page.items) {
      found.set(person.id, person);
      found.set(person.person_id, person);
    }
    for (const [asked, id] of Object.entries(page.found ?? {})) {
      const person = id === null ? undefined : found.get(id);
      if (person !== undefined) found.set(asked, person);
    }
  }
  return found;
}

/** The records of people, by their ids. Kept for a while: names change rarely. */
export function usePeople(ids: readonly string[]): Names {
  const wanted = [...new Set(ids)].sort();
  const people = useQuery({
    queryKey: ["people", wanted],
    queryFn: () => fetchPeople(wanted),
    enabled: wanted.length > 0,
    staleTime: 60_000,
    placeholderData: (before) => before,
  });
  return people.data ?? NONE;
}

export function nameOf(people: Names, id: string, references: readonly string[] = []): string {
  return people.get(id)?.name ?? references[0] ?? texts.unnamed;
}

/** What some positions are called, by their ids. */
export function usePositionNames(ids: readonly string[]): ReadonlyMap<string, string> {
  const wanted = [...new Set(ids)].sort();
  const names = useQuery({
    queryKey: ["positions", "names", wanted],
    queryFn: async () => {
      const parts = Array.from({ length: Math.ceil(wanted.length / 100) }, (_, at) =>
        wanted.slice(at * 100, at * 100 + 100).join(","),
      );
      const pages = await Promise.all(
        parts.map((part) => body(api.GET("/v1/positions", { params: { query: { ids: [part] } } }))),
      );
      return new Map(pages.flatMap(({ items }) => items.map((one) => [one.id, titleOf(one)] as const)));
    },
    enabled: wanted.length > 0,
    staleTime: 60_000,
    placeholderData: (before) => before,
  });
  return names.data ?? NAMELESS;
}

export const titleOf = (one: Schemas["Position"]): string => one.title ?? one.references[0] ?? one.id;

/** All positions by their titles, for filters: asked for once the page is there. */
export function usePositionOptions(): readonly (readonly [string, string])[] {
  const isSoon = useSoon();
  const all = useQuery({
    queryKey: ["positions", "all"],
    queryFn: async () => {
      const items: Schemas["Position"][] = [];
      let cursor: string | undefined;
      do {
        const page = await body(api.GET("/v1/positions", { params: { query: { limit: 200, cursor } } }));
        items.push(...page.items);
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined);
      return items.map((one) => [one.id, titleOf(one)] as const);
    },
    enabled: isSoon,
    staleTime: 300_000,
  });
  return all.data ?? NO_OPTIONS;
}
