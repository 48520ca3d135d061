/** Who is logged in: the gateway's /session, which no document describes. All tabs of a browser have one session. */
import { focusManager, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { createContext, useEffect, useState } from "react";
import { ask, setCsrf, whenSessionEnds } from "./client";

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
export const logOut = (): Promise<void> => call("DELETE").then(() => tabs.postMessage("ended"));
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

/** What the tabs let each other know: that somebody logged in, or out. */
type News = "began" | "ended";
const tabs = new BroadcastChannel("session");

export function onNews(react: (news: News) => void): () => void {
  const hear = (event: MessageEvent<News>): void => react(event.data);
  tabs.addEventListener("message", hear);
  return () => tabs.removeEventListener("message", hear);
}

/**
 * Whether the session is over. The page stays as it is, unseen, and goes on where it was once the same person is logged in again,
 * in whichever tab; for somebody else, and after a log-out, it is loaded anew.
 */
export function useIsOver(): boolean {
  const queries = useQueryClient();
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    tabs.postMessage("began");
    whenSessionEnds(() => {
      keepPlace();
      setOver(true);
      focusManager.setFocused(false); // nothing is asked for again
    });
    const unhear = onNews((news) => {
      if (news === "ended") return window.location.reload();
      const before = queries.getQueryData<Session>(sessionQuery.queryKey);
      sessionQuery.queryFn().then(
        (now) => {
          if (now.role !== before?.role || now.recruiter !== before.recruiter) return window.location.reload();
          queries.setQueryData(sessionQuery.queryKey, now);
          setOver(false);
          focusManager.setFocused(undefined);
          return queries.invalidateQueries({ predicate: ({ state }) => state.status === "error" });
        },
        () => setOver(true),
      );
    });
    return () => {
      unhear();
      whenSessionEnds(() => undefined);
      focusManager.setFocused(undefined);
    };
  }, [queries]);
  return isOver;
}

/** Whether the session of the page is over: whatever lies over the page hides with it. */
export const SessionIsOver = createContext(false);

const PLACE = "place";

/** Keep the address of this tab for after the log-in. */
export const keepPlace = (): void => {
  const { pathname, search } = window.location;
  if (pathname !== "/login") sessionStorage.setItem(PLACE, pathname + search);
};

/** The address that was kept, once. */
export function keptPlace(): string | null {
  const place = sessionStorage.getItem(PLACE);
  sessionStorage.removeItem(PLACE);
  return place;
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
