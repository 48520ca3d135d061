/** The tokens with which other systems call the API: list, create, revoke. A new one is shown once. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body, type Schemas } from "../api/client";
import { date } from "../format";
import { texts } from "../texts";
import { Failed, Loading } from "../ui/faces";
import { failed, notify } from "../ui/notices";
import { Panel, Tag } from "../ui/parts";
import { Sheet } from "../ui/Sheet";

const t = texts.behind;
const SCOPES = [
  ...(["candidates:read", "candidates:write", "contact_details:read", "engagement:read"] as const),
  ...(["engagement:write", "analytics:read", "attributes:read", "attributes:write", "admin"] as const),
];

export function Tokens() {
  const queries = useQueryClient();
  const [creates, setCreates] = useState(false);
  const [made, setMade] = useState<string>();
  const [ending, setEnding] = useState<Schemas["TokenItem"]>();
  const tokens = useQuery({ queryKey: ["tokens"], queryFn: () => body(api.GET("/v1/tokens")), retry: false });
  const then = (doing: Promise<unknown>): void =>
    void doing.catch(failed).finally(() => queries.invalidateQueries({ queryKey: ["tokens"] }));
  const create = (form: FormData) =>
    body(
      api.POST("/v1/tokens", {
        body: {
          name: String(form.get("name")),
          scopes: form.getAll("scope") as Schemas["Scope"][],
          expires_in_days: Number(form.get("days")),
        },
      }),
    ).then(({ token }) => setMade(token));
  return (
    <Panel
      title={t.tokens}
      count={tokens.data?.items.length}
      action={
        <button className="button" onClick={() => setCreates(true)}>
          {t.newToken}
        </button>
      }
    >
      {tokens.isError ? (
        <Failed error={tokens.error} />
      ) : tokens.data === undefined ? (
        <Loading rows={2} />
      ) : (
        <ul className="rows">
          {tokens.data.items.map((one) => (
            <li key={one.id} className="row">
              <Tag tone={one.status === "valid" ? "good" : undefined}>{one.status}</Tag>
              <span className="grow">
                <strong>{one.name}</strong>
                <span className="sentence">
                  {one.scopes.join(" ")} · {t.until(date(one.expires_at))}
                </span>
              </span>
              {one.status === "valid" && (
                <button className="button" aria-label={t.revokeOf(one.name)} onClick={() => setEnding(one)}>
                  {t.revoke}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      <Sheet title={t.newToken} isOpen={creates} onOpenChange={() => setCreates(false)}>
        <form
          className="body"
          onSubmit={(event) => {
            event.preventDefault();
            then(create(new FormData(event.currentTarget)));
            setCreates(false);
          }}
        >
          <label className="choice">
            <span>{t.tokenName}</span>
            <input name="name" required maxLength={100} />
          </label>
          <label className="choice">
            <span>{t.tokenDays}</span>
            <input name="days" type="number" required min={1} max={3650} defaultValue={90} />
          </label>
          <fieldset>
            <legend>{t.tokenScopes}</legend>
            {SCOPES.map((scope) => (
              <label key={scope} className="check">
                <input type="checkbox" name="scope" value={scope} /> {scope}
              </label>
            ))}
          </fieldset>
          <button className="button primary">{t.create}</button>
        </form>
      </Sheet>
      <Sheet title={t.madeToken} isOpen={made !== undefined} onOpenChange={() => setMade(undefined)}>
        <div className="body">
          <p>{t.madeHow}</p>
          <code className="command">{made}</code>
        </div>
      </Sheet>
      <Sheet title={t.revokeTitle} isOpen={ending !== undefined} onOpenChange={() => setEnding(undefined)}>
        <div className="body">
          <p>{t.revokeHow(ending?.name ?? "")}</p>
          <button
            className="button primary"
            onClick={() => {
              if (ending === undefined) return;
              const path = { token_id: ending.id };
              then(
                body(api.POST("/v1/tokens/{token_id}/revocation", { params: { path } })).then(() => notify(t.revoked)),
              );
              setEnding(undefined);
            }}
          >
            {t.revoke}
          </button>
        </div>
      </Sheet>
    </Panel>
  );
}
