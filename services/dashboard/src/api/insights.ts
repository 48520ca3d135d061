/** What moves a person, and what is not known of them yet. */
import { useQuery } from "@tanstack/react-query";
import { api, body, type Schemas } from "./client";

export type Insight = Schemas["RecordedInsight"];

/** The person's insights that count, the newest first, and what to ask them next. Whoever has no record has none. */
export function useInsights(candidate: string, hasRecord = true) {
  return useQuery({
    queryKey: ["insights", candidate],
    queryFn: () =>
      body(api.GET("/v1/candidates/{candidate}/insights", { params: { path: { candidate }, query: { limit: 100 } } })),
    enabled: hasRecord,
    staleTime: 30_000,
    retry: false,
  });
}

export const recordInsight = (candidate: string, insight: Schemas["NewInsight"]): Promise<Insight> =>
  body(
    api.POST("/v1/candidates/{candidate}/insights", {
      params: { path: { candidate }, header: { "Idempotency-Key": crypto.randomUUID() } },
      body: insight,
    }),
  );
