/** What people and positions are called: the queue and the log know ids alone. */
import { useQuery } from "@tanstack/react-query";
import { api, body, type Schemas } from "./client";
import { texts } from "../texts";

export type Candidate = Schemas["Candidate"];
type Names = ReadonlyMap<string, Candidate>;

const NONE: Names = new Map();

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

/** Titles of all positions, for filters and where an answer holds an id alone. */
export function usePositions() {
  return useQuery({
    queryKey: ["positions", "all"],
    queryFn: async () => {
      const items: Schemas["Position"][] = [];
      let cursor: string | undefined;
      do {
        const page = await body(api.GET("/v1/positions", { params: { query: { limit: 200, cursor } } }));
        items.push(...page.items);
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined);
      return items;
    },
    staleTime: 30_000,
  });
}
