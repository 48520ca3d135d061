/** The faces of a page without content: loading, empty, failed, offline, not permitted, not there. Each says what to do. */
import type { ErrorComponentProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { Problem } from "../api/client";
import { issuerQuery, keepPlace, onNews, sessionQuery } from "../api/session";
import { texts } from "../texts";
import { PlainLink } from "./PlainLink";

interface FaceProps {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  /** Whether it is all that the page shows. */
  isPage?: boolean;
}

export function Face({ title, children, action, isPage = false }: FaceProps) {
  return (
    <div className="face">
      {isPage ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children !== undefined && <p>{children}</p>}
      {action}
    </div>
  );
}

export function Loading({ rows = 6 }: { rows?: number }) {
  return (
    <div className="loading" role="status" aria-label={texts.loading}>
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} />
      ))}
    </div>
  );
}

/** What to show of a call that failed. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const again = retry && (
    <button className="button" onClick={retry}>
      {texts.faces.retry}
    </button>
  );
  if (!(error instanceof Problem)) return <Face title={texts.faces.failed} action={again} />;
  if (error.status === 401) return <SessionOver />;
  if (error.status === 403) return <Face title={texts.faces.forbidden}>{texts.faces.forbiddenHow}</Face>;
  if (error.status === 404 || error.status === 410)
    return (
      <Face title={texts.faces.missing} action={<Home />}>
        {error.detail || texts.faces.missingHow}
      </Face>
    );
  if (error.status === 0)
    return (
      <Face title={texts.faces.offline} action={again}>
        {texts.faces.offlineHow}
      </Face>
    );
  return (
    <Face title={texts.faces.failed} action={again}>
      {error.detail} <small>{texts.faces.request(error.requestId)}</small>
    </Face>
  );
}

function Home() {
  return (
    <PlainLink className="button" to="/">
      {texts.faces.home}
    </PlainLink>
  );
}

export function SessionOver() {
  const issuer = useQuery(issuerQuery).data;
  return (
    <Face
      title={texts.session.needed}
      action={
        <>
          {issuer && (
            <p>
              {/* Not a page of the dashboard: the gateway sends the browser on. */}
              <a className="button primary" href="/session/oidc">
                {texts.session.atIssuer(new URL(issuer).host)}
              </a>
            </p>
          )}
          {issuer && <p>{texts.session.orLink}</p>}
          <code className="command">{texts.session.command}</code>
        </>
      }
    >
      {issuer ? undefined : texts.session.how}
    </Face>
  );
}

export function Missing() {
  return (
    <main className="alone">
      <Face isPage title={texts.faces.missing} action={<Home />}>
        {texts.faces.missingHow}
      </Face>
    </main>
  );
}

const AGAIN = 2_000;

/** A page that could not even be begun. It begins by itself once the server answers, or once somebody logs in in another tab. */
export function RouteFailed({ error, reset }: ErrorComponentProps) {
  const queries = useQueryClient();
  const status = error instanceof Problem ? error.status : undefined;
  const again = useCallback(() => {
    void queries.resetQueries({ queryKey: sessionQuery.queryKey }).then(reset);
  }, [queries, reset]);
  useEffect(() => {
    if (status !== 0 && status !== 503) return;
    const timer = window.setInterval(() => {
      fetch("/health/ready").then(
        ({ ok }) => ok && again(),
        () => undefined, // it is still away
      );
    }, AGAIN);
    return () => window.clearInterval(timer);
  }, [again, status]);
  useEffect(() => {
    if (status !== 401) return;
    keepPlace();
    return onNews((news) => {
      if (news === "began") window.location.reload();
    });
  }, [status]);
  return (
    <main className="alone">
      <Failed error={error} retry={again} />
    </main>
  );
}
