/** Behind the scenes: whether every part works, and what could not be applied. */
import { useQuery } from "@tanstack/react-query";
import { api, body } from "../api/client";
import { useSession } from "../api/session";
import { date, number } from "../format";
import { texts } from "../texts";
import { Face, Failed, Loading } from "../ui/faces";
import { Page, Panel, Tag } from "../ui/parts";
import { figures } from "../metrics";

const t = texts.behind;

export function Behind() {
  const { role } = useSession();
  if (role !== "admin")
    return (
      <Face isPage title={texts.faces.forbidden}>
        {texts.faces.forbiddenHow}
      </Face>
    );
  return <Scenes />;
}

function Scenes() {
  const health = useQuery({
    queryKey: ["health", "all"],
    queryFn: async () =>
      (await (await fetch("/health/ready")).json()) as { status: string; checks: Record<string, string> },
    refetchInterval: 5_000,
  });
  const metrics = useQuery({
    queryKey: ["measures"],
    queryFn: async () => figures(await (await fetch("/metrics")).text()),
    refetchInterval: 10_000,
  });
  const unmapped = useQuery({
    queryKey: ["unmapped"],
    queryFn: () => body(api.GET("/v1/connectors/greenhouse/unmapped")),
    retry: false,
  });
  const tokens = useQuery({ queryKey: ["tokens"], queryFn: () => body(api.GET("/v1/tokens")), retry: false });
  return (
    <Page title={texts.pages.behind}>
      <div className="columns">
        <div className="stack">
          <Panel
            title={t.parts}
            action={
              health.data && <Tag tone={health.data.status === "ready" ? "good" : "bad"}>{health.data.status}</Tag>
            }
          >
            {health.data === undefined ? (
              <Loading />
            ) : (
              <ul className="rows">
                {Object.entries(health.data.checks).map(([name, said]) => (
                  <li key={name} className="row">
                    <Tag tone={said === "ok" ? "good" : "bad"}>{said === "ok" ? t.ok : t.bad}</Tag>
                    <span className="grow">
                      {name} {said !== "ok" && <span className="sentence">{said}</span>}
                    </span>
                  </li>
                ))}
              </ul>
            )}
          </Panel>
        </div>
        <div className="stack">
          <Panel title={t.flow}>
            {metrics.data === undefined ? (
              <Loading />
            ) : (
              <ul className="rows">
                {metrics.data.map(({ name, value }) => (
                  <li key={name} className="row">
                    <span className="grow">{name}</span>
                    <strong>{number(value)}</strong>
                  </li>
                ))}
              </ul>
            )}
          </Panel>
          <Panel title={t.unmapped} count={unmapped.data?.items.length}>
            {unmapped.isError ? (
              <Failed error={unmapped.error} />
            ) : unmapped.data?.items.length === 0 ? (
              <p className="empty">{t.noUnmapped}</p>
            ) : (
              <ul className="rows">
                {unmapped.data?.items.map((one) => (
                  <li key={`${one.kind} ${one.name}`} className="row">
                    <Tag>{one.kind}</Tag>
                    <span className="grow">{one.name}</span>
                    <strong>{number(one.count)}</strong>
                  </li>
                ))}
              </ul>
            )}
          </Panel>
          <Panel title={t.tokens} count={tokens.data?.items.length}>
            {tokens.isError ? (
              <Failed error={tokens.error} />
            ) : (
              <ul className="rows">
                {tokens.data?.items.map((one) => (
                  <li key={one.id} className="row">
                    <Tag tone={one.status === "valid" ? "good" : undefined}>{one.status}</Tag>
                    <span className="grow">
                      <strong>{one.name}</strong>
                      <span className="sentence">{one.scopes.join(" ")}</span>
                    </span>
                    <time>{t.until(date(one.expires_at))}</time>
                  </li>
                ))}
              </ul>
            )}
          </Panel>
        </div>
      </div>
    </Page>
  );
}
