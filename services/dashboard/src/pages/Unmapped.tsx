/** Names of the applicant tracking system that mean nothing yet, and the lines of the mapping file that give them a meaning. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "../api/client";
import { number } from "../format";
import { texts } from "../texts";
import { Failed, Loading } from "../ui/faces";
import { Choice, Panel, Tag } from "../ui/parts";

const t = texts.behind;

export function Unmapped() {
  const [meanings, setMeanings] = useState<Record<string, string | undefined>>({});
  const unmapped = useQuery({
    queryKey: ["unmapped"],
    queryFn: () => body(api.GET("/v1/connectors/greenhouse/unmapped")),
    retry: false,
  });
  const items = unmapped.data?.items ?? [];
  const lines = ["stage", "rejection_reason"].flatMap((kind) => {
    const chosen = items.filter((one) => one.kind === kind && meanings[`${kind} ${one.name}`] !== undefined);
    return chosen.length === 0
      ? []
      : [
          mappingLines(
            kind,
            chosen.map((one) => [one.name, meanings[`${kind} ${one.name}`] ?? ""]),
          ),
        ];
  });
  return (
    <Panel title={t.unmapped} count={items.length}>
      {unmapped.isError ? (
        <Failed error={unmapped.error} />
      ) : unmapped.data === undefined ? (
        <Loading rows={2} />
      ) : items.length === 0 ? (
        <p className="empty">{t.noUnmapped}</p>
      ) : (
        <>
          <ul className="rows">
            {items.map((one) => {
              const key = `${one.kind} ${one.name}`;
              const known = one.kind === "stage" ? texts.stages : texts.reasons;
              return (
                <li key={key} className="row">
                  <Tag>{t.kinds[one.kind] ?? one.kind}</Tag>
                  <span className="grow">
                    <strong>{one.name}</strong>
                    <span className="sentence">{t.bodies(number(one.count))}</span>
                  </span>
                  <Choice
                    label={t.means(one.name)}
                    any={t.nothingYet}
                    value={meanings[key]}
                    options={Object.entries(known)}
                    onChange={(meaning) => setMeanings((before) => ({ ...before, [key]: meaning }))}
                  />
                </li>
              );
            })}
          </ul>
          {lines.length > 0 && (
            <div className="part">
              <p>{t.mapping}</p>
              <pre tabIndex={0} aria-label={t.mappingLabel}>
                {lines.join("\n\n")}
              </pre>
            </div>
          )}
        </>
      )}
    </Panel>
  );
}

/** A table of the mapping file: names are strings of TOML, which JSON's strings are too. */
export const mappingLines = (kind: string, meanings: readonly (readonly [string, string])[]): string =>
  [
    kind === "stage" ? "[stages.names]" : "[reasons.names]",
    ...meanings.map(([name, meaning]) => `${JSON.stringify(name)} = ${JSON.stringify(meaning)}`),
  ].join("\n");
