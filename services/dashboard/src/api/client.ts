/** The public API, called as any client calls it; the gateway puts a token in place of the session's cookie. */
import createClient, { type Middleware } from "openapi-fetch";
import type { components as Analytics, paths as AnalyticsPaths } from "./generated/analytics";
import type { components as Candidates, paths as CandidatesPaths } from "./generated/candidates";
import type { paths as ConnectorsPaths } from "./generated/connectors";
import type { components as Engagement, paths as EngagementPaths } from "./generated/engagement";
import type { components as Gateway, paths as GatewayPaths } from "./generated/gateway";

export type Schemas = Widened<
  Analytics["schemas"] & Candidates["schemas"] & Engagement["schemas"] & Gateway["schemas"]
>;
/** As openapi-fetch answers: it knows arrays, not tuples. */
type Widened<T> = T extends readonly (infer E)[]
  ? Widened<E>[]
  : T extends object
    ? { [K in keyof T]: Widened<T[K]> }
    : T;
type Paths = AnalyticsPaths & CandidatesPaths & ConnectorsPaths & EngagementPaths & GatewayPaths;

/** An answer that is no success: RFC 9457 problem details. Status 0: nothing answered. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly requestId: string,
  ) {
    super(detail);
  }
}

let csrf = "";
export const setCsrf = (value: string): void => {
  csrf = value;
};

/** Called when a call is answered 401: the session is over. */
let ended: () => void = () => undefined;
export const whenSessionEnds = (react: () => void): void => {
  ended = react;
};

/** Called when nothing answers a call. */
let away: () => void = () => undefined;
export const whenAway = (react: () => void): void => {
  away = react;
};

/** What fetch answers, or the Problem that it amounts to. */
export async function ask(request: Request): Promise<Response> {
  if (request.method !== "GET") request.headers.set("X-CSRF-Token", csrf);
  const answer = await fetch(request).catch(() => {
    away();
    throw new Problem(0, "", "");
  });
  if (answer.ok) return answer;
  const said = (await answer.json().catch(() => ({}))) as { detail?: string; title?: string; request_id?: string };
  if (answer.status === 401 && !request.url.endsWith("/session")) ended();
  throw new Problem(answer.status, said.detail ?? said.title ?? answer.statusText, said.request_id ?? "");
}

const asking: Middleware = { onRequest: ({ request }) => ask(request) };
export const api = createClient<Paths, "application/json" | "application/problem+json">({
  baseUrl: window.location.origin,
});
api.use(asking);

/** The body of a successful answer; the others were thrown. */
export async function body<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T;
}
