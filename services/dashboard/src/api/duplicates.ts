/** The calls of suspected duplicates. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, body, type Schemas } from "./client";

export type Pair = Schemas["DuplicatePair"];
export type PreviewedPair = Schemas["PreviewedPair"];

/** Pairs, the likeliest first. */
export function useDuplicates(status: Pair["status"], isAllowed: boolean) {
  return useInfiniteQuery({
    queryKey: ["duplicates", "list", status],
    queryFn: ({ pageParam }) =>
      body(api.GET("/v1/duplicates", { params: { query: { status, limit: 50, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: 5_000,
    enabled: isAllowed,
  });
}

/** A pair with the preview of its merge; asked for while it is one. */
export function useDuplicate(duplicate: string, isPair: boolean) {
  return useQuery({
    queryKey: ["duplicates", "pair", duplicate],
    queryFn: () => body(api.GET("/v1/duplicates/{duplicate}", { params: { path: { duplicate } } })),
    enabled: isPair,
    retry: false,
  });
}

export const merge = (duplicate: string, survivor: string): Promise<Schemas["Merged"]> =>
  body(
    api.POST("/v1/duplicates/{duplicate}/merge", {
      params: { path: { duplicate }, header: { "Idempotency-Key": crypto.randomUUID() } },
      body: { survivor },
    }),
  );

/** Undo a merge: both are there again as they were. */
export const part = ({ candidate_id, merged_id }: Schemas["Merged"]) =>
  body(
    api.DELETE("/v1/candidates/{candidate}/references/{reference}", {
      params: { path: { candidate: candidate_id, reference: merged_id } },
    }),
  );

export const sayNotTheSame = (duplicate: string, reason: string) =>
  body(
    api.POST("/v1/duplicates/{duplicate}/not-the-same", {
      params: { path: { duplicate }, header: { "Idempotency-Key": crypto.randomUUID() } },
      body: { reason },
    }),
  );

export const takeBack = (duplicate: string) =>
  body(api.DELETE("/v1/duplicates/{duplicate}/not-the-same", { params: { path: { duplicate } } }));
