/** The addresses of the dashboard. Filters live in them, so that an address can be shared. */
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { Missing, RouteFailed } from "./ui/faces";
import { LogIn } from "./pages/LogIn";
import { Shell } from "./ui/Shell";
import { Today } from "./pages/Today";

export interface QueueSearch {
  status?: "due" | "claimed" | "snoozed" | "scheduled";
  position?: string;
  reason?: string;
  trigger?: string;
  level?: string;
  min?: number;
  item?: string;
}

export interface FunnelSearch {
  view?: "activity";
  from?: string;
  to?: string;
  tab?: "board" | "fit" | "return";
  /** Whose people are shown: a metric of the funnel and its key, "reached.hired". */
  who?: string;
}

export interface PeopleSearch {
  q?: string;
  skill?: string;
  level?: string;
  status?: string;
}

export interface DuplicatesSearch {
  status?: "not_the_same";
  pair?: string;
}

export interface NumbersSearch {
  metric?: string;
  by?: string;
  and?: string;
  period?: string;
  view?: "activity";
  from?: string;
  to?: string;
  position?: string;
  /** Which value of the metric's own key is drawn, where two dimensions are asked for besides. */
  of?: string;
  /** Whose people are shown: the key of a row. */
  who?: Record<string, string>;
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const texts = (search: Record<string, unknown>, names: string[]): Record<string, string | undefined> =>
  Object.fromEntries(names.map((name) => [name, text(search[name])]));

/** An object whose values are texts, or undefined. */
const words = (value: unknown): Record<string, string> | undefined =>
  typeof value === "object" && value !== null && Object.values(value).every((one) => typeof one === "string")
    ? (value as Record<string, string>)
    : undefined;

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  errorComponent: RouteFailed,
  notFoundComponent: Missing,
});
const logIn = createRoute({ getParentRoute: () => root, path: "/login", component: LogIn });
const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  component: Shell,
  errorComponent: RouteFailed,
  notFoundComponent: Missing,
});
const today = createRoute({ getParentRoute: () => shell, path: "/", component: Today });
const queue = createRoute({
  getParentRoute: () => shell,
  path: "/queue",
  validateSearch: (search: Record<string, unknown>): QueueSearch => ({
    ...texts(search, ["status", "position", "reason", "trigger", "level", "item"]),
    min: typeof search.min === "number" ? search.min : undefined,
  }),
  component: lazyRouteComponent(() => import("./pages/Queue"), "Queue"),
});
const positions = createRoute({
  getParentRoute: () => shell,
  path: "/positions",
  validateSearch: (search: Record<string, unknown>): { status?: string } => texts(search, ["status"]),
  component: lazyRouteComponent(() => import("./pages/Positions"), "Positions"),
});
const position = createRoute({
  getParentRoute: () => shell,
  path: "/positions/$position",
  validateSearch: (search: Record<string, unknown>): FunnelSearch =>
    texts(search, ["view", "from", "to", "tab", "who"]),
  component: lazyRouteComponent(() => import("./pages/Position"), "Position"),
});
const people = createRoute({
  getParentRoute: () => shell,
  path: "/people",
  validateSearch: (search: Record<string, unknown>): PeopleSearch => texts(search, ["q", "skill", "level", "status"]),
  component: lazyRouteComponent(() => import("./pages/People"), "People"),
});
const imports = createRoute({
  getParentRoute: () => shell,
  path: "/people/import",
  component: lazyRouteComponent(() => import("./pages/Imports"), "Imports"),
});
const duplicates = createRoute({
  getParentRoute: () => shell,
  path: "/duplicates",
  validateSearch: (search: Record<string, unknown>): DuplicatesSearch => ({
    status: search.status === "not_the_same" ? search.status : undefined,
    pair: text(search.pair),
  }),
  component: lazyRouteComponent(() => import("./pages/Duplicates"), "Duplicates"),
});
const person = createRoute({
  getParentRoute: () => shell,
  path: "/people/$person",
  component: lazyRouteComponent(() => import("./pages/Person"), "Person"),
});
const numbers = createRoute({
  getParentRoute: () => shell,
  path: "/numbers",
  validateSearch: (search: Record<string, unknown>): NumbersSearch => ({
    ...texts(search, ["metric", "by", "and", "period", "view", "from", "to", "position", "of"]),
    who: words(search.who),
  }),
  component: lazyRouteComponent(() => import("./pages/Numbers"), "Numbers"),
});
const behind = createRoute({
  getParentRoute: () => shell,
  path: "/behind",
  component: lazyRouteComponent(() => import("./pages/Behind"), "Behind"),
});

const tree = root.addChildren([
  logIn,
  shell.addChildren([today, queue, positions, position, people, duplicates, imports, person, numbers, behind]),
]);

export const makeRouter = (queries: QueryClient) =>
  createRouter({
    routeTree: tree,
    context: { queries },
    defaultPreload: "intent",
    scrollRestoration: true,
    defaultNotFoundComponent: Missing,
    defaultErrorComponent: RouteFailed,
  });

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
