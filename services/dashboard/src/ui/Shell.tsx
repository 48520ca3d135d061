/** The frame around every page: navigation, who is logged in, and whether all is well behind it. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { Suspense, useEffect, useRef, useState } from "react";
import { whenAway } from "../api/client";
import { keptPlace, logOut, may, SessionIsOver, useIsOver, useSession, type Session } from "../api/session";
import { number } from "../format";
import { largest } from "../metrics";
import { texts } from "../texts";
import { Icon } from "./icons";
import { KeyboardHelp } from "./KeyboardHelp";
import { Loading, SessionOver } from "./faces";
import { Notices } from "./notices";
import { PlainLink } from "./PlainLink";
import { Sheet } from "./Sheet";
import { useKeys } from "./keys";
import { useSoon } from "./soon";

const t = texts.today;
const PLACES = [
  ["/", "today", "t"],
  ["/queue", "queue", "q"],
  ["/positions", "positions", "p"],
  ["/people", "people", "e"],
  ["/numbers", "numbers", "n"],
] as const;
/** What a phone shows on demand. */
const DUPLICATES = ["/duplicates", "duplicates", "u"] as const;
const BEHIND = ["/behind", "behind", "b"] as const;

export function Shell() {
  return (
    <Suspense
      fallback={
        <div className="alone">
          <Loading />
        </div>
      }
    >
      <Frame />
    </Suspense>
  );
}

function Frame() {
  const session = useSession();
  const isOver = useIsOver();
  const navigate = useNavigate();
  useEffect(() => {
    const place = keptPlace();
    if (place !== null) void navigate({ href: place, replace: true });
  }, [navigate]);
  const [helps, setHelps] = useState(false);
  const [hasMore, setMore] = useState(false);
  const further = [
    ...(may(session, "contact_details:read") ? [DUPLICATES] : []),
    ...(session.role === "admin" ? [BEHIND] : []),
  ];
  const went = useRef(0);
  useKeys({
    "?": () => setHelps(true),
    g: () => {
      went.current = Date.now();
    },
    ...Object.fromEntries(
      [...PLACES, ...further].map(([to, , key]) => [
        key,
        () => {
          if (Date.now() - went.current < 1_500) void navigate({ to });
        },
      ]),
    ),
  });
  return (
    <SessionIsOver value={isOver}>
      {isOver && (
        <div className="alone" role="alert">
          <SessionOver />
        </div>
      )}
      <div className="shell" hidden={isOver}>
        <a className="skip" href="#content">
          {texts.skip}
        </a>
        <header className="side">
          <PlainLink to="/" className="brand">
            <img src="/assets/icon.svg" alt="" width="22" height="22" />
            <span>{texts.product}</span>
          </PlainLink>
          <nav aria-label={texts.navigation}>
            <Places places={PLACES} />
            <Places places={further} className="further" />
            <button className="more-places" onClick={() => setMore(true)}>
              <Icon name="more" />
              <span>{texts.more}</span>
            </button>
          </nav>
          <div className="who">
            <Health />
            <div className="me">
              <Me session={session} />
              <button className="quiet" aria-label={texts.keys.open} onClick={() => setHelps(true)}>
                <Icon name="keyboard" />
              </button>
              <LogOut />
            </div>
          </div>
        </header>
        <main id="content" tabIndex={-1}>
          <Suspense fallback={<Loading />}>
            <Outlet />
          </Suspense>
        </main>
        <Notices />
        <KeyboardHelp isOpen={helps} onOpenChange={setHelps} />
        <Sheet title={texts.more} isOpen={hasMore} onOpenChange={setMore}>
          <nav className="places" aria-label={texts.more} onClick={() => setMore(false)}>
            <Places places={further} />
          </nav>
          <div className="me">
            <Me session={session} />
            <LogOut isLong />
          </div>
        </Sheet>
      </div>
    </SessionIsOver>
  );
}

interface PlacesProps {
  places: readonly (readonly [to: string, name: keyof typeof texts.pages, key?: string])[];
  className?: string;
}

function Places({ places, className }: PlacesProps) {
  return places.map(([to, name]) => (
    <Link key={to} to={to} className={className} activeOptions={{ exact: to === "/", includeSearch: false }}>
      <Icon name={name} />
      <span>{texts.pages[name]}</span>
    </Link>
  ));
}

/** Who is logged in. */
function Me({ session }: { session: Session }) {
  const role = texts.session.roles[session.role];
  return (
    <>
      <span className="avatar" aria-hidden="true">
        {(session.recruiter ?? session.role).slice(0, 1).toUpperCase()}
      </span>
      <span className="grow">
        <strong>{session.recruiter ?? role}</strong>
        {session.recruiter !== null && <small>{role}</small>}
      </span>
    </>
  );
}

function LogOut({ isLong = false }: { isLong?: boolean }) {
  const queries = useQueryClient();
  const leave = () =>
    void logOut().finally(() => {
      queries.clear();
      window.location.assign("/login");
    });
  return (
    <button className={isLong ? "button" : "quiet"} aria-label={texts.session.logOut} onClick={leave}>
      <Icon name="out" />
      {isLong && texts.session.logOut}
    </button>
  );
}

/** So many records that wait to be applied are worth a word: what is shown is not of this moment. */
const MANY = 1_000;

/** Whether everything that the pages depend on works, nothing was set aside, and what is shown is new: said in one line. */
export function Health() {
  const queries = useQueryClient();
  const { role } = useSession();
  const isSoon = useSoon();
  const health = useQuery({
    queryKey: ["health"],
    queryFn: async () => ((await (await fetch("/health/ready")).json()) as { status: string }).status,
    refetchInterval: ({ state }) => (state.status === "error" ? 2_000 : 15_000),
    retry: false,
    enabled: isSoon,
  });
  const waiting = useQuery({
    queryKey: ["measures", "waiting"],
    queryFn: async () => largest(await (await fetch("/metrics")).text()),
    refetchInterval: 60_000,
    retry: false,
    enabled: isSoon,
  });
  const { isError: isAway } = health;
  useEffect(() => {
    whenAway(() => {
      if (!isAway) void queries.invalidateQueries({ queryKey: ["health"], exact: true });
    });
    if (!isAway) void queries.refetchQueries({ type: "active", predicate: ({ state }) => state.status === "error" });
  }, [isAway, queries]);
  const letters = waiting.data?.get("rekindle_dead_letters") ?? 0;
  const lag = waiting.data?.get("rekindle_consumer_lag") ?? 0;
  const trouble =
    health.data !== undefined && health.data !== "ready"
      ? t.degraded
      : letters > 0
        ? t.letters(number(letters))
        : lag >= MANY
          ? t.behind(number(lag))
          : undefined;
  const state = health.isError ? "bad" : trouble === undefined ? "good" : "warn";
  const said = health.isError ? texts.faces.offline : (trouble ?? t.well);
  const shown = (
    <>
      <span className="dot" aria-hidden="true" /> <span>{said}</span>
    </>
  );
  return (
    <p className={`health ${state}`} role="status" title={said}>
      {trouble !== undefined && role === "admin" ? <Link to="/behind">{shown}</Link> : shown}
    </p>
  );
}
