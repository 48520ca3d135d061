/** Behind the scenes: whether every part works, and what could not be applied. */
import { useQuery } from "@tanstack/react-query";
import { useSession } from "../api/session";
import { number } from "../format";
import { texts } from "../texts";
import { Face, Loading } from "../ui/faces";
import { Page, Panel, Tag } from "../ui/parts";
import { figures } from "../metrics";
import { DeadLetters } from "./DeadLetters";
import { Tokens } from "./Tokens";
import { Unmapped } from "./Unmapped";

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
          {health.data && <DeadLetters />}
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
          {health.data && metrics.data && (
            <>
              <Unmapped />
              <Tokens />
            </>
          )}
        </div>
      </div>
    </Page>
  );
}
