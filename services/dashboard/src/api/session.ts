/** Who is logged in: the gateway's /session, which no document describes. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { ask, setCsrf } from "./client";

export interface Session {
  role: "recruiter" | "lead" | "admin";
  recruiter: string | null;
  scopes: string[];
  csrf: string;
  expires_at: string;
  time_zone: string;
}

const call = (method: string, content?: object): Promise<Response> =>
  ask(
    new Request("/session", {
      method,
      ...(content ? { body: JSON.stringify(content), headers: { "Content-Type": "application/json" } } : {}),
    }),
  );

async function shown(answer: Promise<Response>): Promise<Session> {
  const session = (await (await answer).json()) as Session;
  setCsrf(session.csrf);
  return session;
}

export const logIn = (code: string): Promise<Session> => shown(call("POST", { code }));
export const logOut = (): Promise<Response> => call("DELETE");
export const sessionQuery = {
  queryKey: ["session"],
  queryFn: () => shown(call("GET")),
  staleTime: Infinity,
  retry: false,
};

/** The session. Waits for it; the page above catches that there is none. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

export const may = (session: Session, scope: string): boolean => session.scopes.includes(scope);

/** The issuer at which people may log in, besides by a link; null where there is none. */
export const issuerQuery = {
  queryKey: ["issuer"],
  queryFn: async () =>
    ((await (await ask(new Request("/session/oidc/issuer"))).json()) as { issuer: string | null }).issuer,
  staleTime: Infinity,
  retry: false,
};
