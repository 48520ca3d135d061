/** What would a change bring: who would come back, were the salary, the place or the skills others. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, body, type Schemas } from "../api/client";
import { nameOf, usePeople } from "../api/people";
import { number } from "../format";
import { texts } from "../texts";
import { Failed, Loading } from "../ui/faces";
import { Panel, Tag } from "../ui/parts";

const t = texts.preview;
const STEP = 1_000;

interface Props {
  position: string;
  salary: Schemas["SalaryRange"] | null;
  remote: boolean;
  skills: string[];
}

export function Preview({ position, salary, remote, skills }: Props) {
  const now = salary?.max ?? 0;
  const [max, setMax] = useState<number>();
  const [isRemote, setRemote] = useState<boolean>();
  const [dropped, setDropped] = useState<readonly string[]>([]);
  const changes = {
    ...(max !== undefined && max !== now ? { salary: { max, currency: salary?.currency ?? "EUR" } } : {}),
    ...(isRemote !== undefined && isRemote !== remote ? { remote: isRemote } : {}),
    ...(dropped.length > 0 ? { skills: skills.filter((one) => !dropped.includes(one)) } : {}),
  };
  const preview = useQuery({
    queryKey: ["preview", position, changes],
    queryFn: () =>
      body(api.POST("/v1/returns/preview", { params: { query: { limit: 50 } }, body: { position, changes } })),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const people = usePeople(preview.data?.candidates.map((one) => one.candidate_id) ?? []);
  const more = preview.data ? preview.data.changed.people - preview.data.now.people : 0;
  const isChanged = Object.keys(changes).length > 0;
  return (
    <Panel title={t.title}>
      <div className="body form">
        <p className="note">{t.how}</p>
        <label className="choice">
          <span>
            {t.salary} <strong>{number(max ?? now)}</strong> {salary?.currency ?? ""}{" "}
            {max !== undefined && max !== now && (
              <Tag tone="accent">{`${max > now ? "+" : ""}${number(max - now)}`}</Tag>
            )}
          </span>
          <input
            type="range"
            min={Math.max(0, now - 30 * STEP)}
            max={now + 60 * STEP}
            step={STEP}
            value={max ?? now}
            onChange={(event) => setMax(Number(event.target.value))}
          />
        </label>
        <label className="check">
          <input type="checkbox" checked={isRemote ?? remote} onChange={(event) => setRemote(event.target.checked)} />
          {t.remote}
        </label>
        {skills.length > 0 && (
          <fieldset>
            <legend>{t.skills}</legend>
            {skills.map((one) => (
              <label key={one} className="check">
                <input
                  type="checkbox"
                  checked={!dropped.includes(one)}
                  onChange={(event) =>
                    setDropped(event.target.checked ? dropped.filter((other) => other !== one) : [...dropped, one])
                  }
                />
                {one}
              </label>
            ))}
          </fieldset>
        )}
        {preview.isError ? (
          <Failed error={preview.error} />
        ) : preview.data === undefined ? (
          <Loading rows={2} />
        ) : (
          <>
            <p className="outcome" aria-live="polite">
              <strong data-preview="people">{number(preview.data.changed.people)}</strong> {t.people}{" "}
              {isChanged && (
                <Tag tone={more > 0 ? "good" : undefined}>
                  {more === 0 ? t.none : t.more(`${more > 0 ? "+" : ""}${number(more)}`)}
                </Tag>
              )}
            </p>
            <ul className="rows framed">
              {preview.data.candidates.map((one) => (
                <li key={`${one.candidate_id} ${one.declined_position_id}`}>
                  <Link className="row" to="/people/$person" params={{ person: one.candidate_id }}>
                    <Tag>{texts.reasons[one.reason]}</Tag>
                    <span className="grow">
                      <strong>{nameOf(people, one.candidate_id, one.references)}</strong>
                      <span className="sentence">{one.sentence}</span>
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </Panel>
  );
}
