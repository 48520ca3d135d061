/** What would a change bring: who would come back and how many would fit, were the salary, the place or the skills others. */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useDeferredValue } from "react";
import { api, body, type Schemas } from "../api/client";
import { nameOf, usePeople } from "../api/people";
import { number } from "../format";
import { texts } from "../texts";
import { Answered, More, part } from "../ui/answers";
import { Panel, Tag } from "../ui/parts";

const t = texts.preview;
const STEP = 1_000;
const signed = (value: number): string => `${value > 0 ? "+" : ""}${number(value)}`;

/** What is tried out; what is left out stays as it is. */
export interface Wanted {
  max?: number;
  remote?: boolean;
  without?: readonly string[];
  levels?: number;
  years?: number;
}

/** A change as analytics names it. */
export const changeOf = (change: Record<string, unknown>): Wanted => ({
  max: typeof change.salary_max === "number" ? change.salary_max : undefined,
  remote: typeof change.remote === "boolean" ? change.remote : undefined,
  without: Array.isArray(change.without_skills) ? change.without_skills.map(String) : undefined,
  levels: typeof change.levels_lower === "number" ? change.levels_lower : undefined,
  years: typeof change.years_less === "number" ? change.years_less : undefined,
});

/** The same in words. */
export function said(change: Record<string, unknown>): string {
  const { max, remote, without, levels, years } = changeOf(change);
  const parts = [
    max !== undefined && t.paying(number(max)),
    remote !== undefined && (remote ? t.beingRemote : t.notRemote),
    without !== undefined && without.length > 0 && t.without(without.join(", ")),
    levels !== undefined && t.lower(levels),
    years !== undefined && t.younger(number(years)),
  ].filter(Boolean);
  return parts.join(", ") || JSON.stringify(change);
}

/** Every skill that the position asks for, in whatever way. */
export const skillsOf = (record: Asks | undefined): string[] =>
  record === undefined ? [] : [...new Set([record.skills, ...asked(record).map((one) => one.skills_any ?? [])].flat())];

type Asks = Pick<Schemas["Position"], "skills" | "requirements" | "needs">;
const asked = (record: Asks) => [...record.requirements, ...record.needs];

/** What the position would ask for without these skills; a part that asks for one of several asks for none of them. */
export function dropped(record: Asks, without: readonly string[]): Partial<Asks> {
  const less = (parts: Asks["needs"]): Asks["needs"] =>
    parts.map((one) => (one.skills_any?.some((skill) => without.includes(skill)) ? { ...one, skills_any: [] } : one));
  return {
    skills: record.skills.filter((one) => !without.includes(one)),
    requirements: less(record.requirements),
    needs: less(record.needs),
  };
}

function usePreview(position: string, changes: object) {
  return useInfiniteQuery({
    queryKey: ["preview", position, changes],
    queryFn: ({ pageParam }) =>
      body(
        api.POST("/v1/returns/preview", {
          params: { query: { limit: 50, cursor: pageParam } },
          body: { position, changes: changes as Schemas["PositionChanges"] },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

interface Props {
  position: string;
  record: Schemas["Position"] | undefined;
  wanted: Wanted;
  onChange: (wanted: Wanted) => void;
}

export function Preview({ position, record, wanted, onChange }: Props) {
  const salary = record?.salary ?? null;
  const pays = salary?.max ?? 0;
  const skills = skillsOf(record);
  const remote = record?.remote ?? false;
  const { max = pays, remote: isRemote = remote, without = [] } = wanted;
  const currency = salary?.currency ?? "EUR";
  const changes = useDeferredValue({
    ...(max !== pays ? { salary: { max, currency } } : {}),
    ...(isRemote !== remote ? { remote: isRemote } : {}),
    ...(record !== undefined && without.length > 0 ? dropped(record, without) : {}),
  });
  const fitted = {
    ...(max !== pays ? { salary_max: max, salary_currency: currency } : {}),
    ...(isRemote !== remote ? { remote: isRemote } : {}),
    ...(without.length > 0 ? { without_skills: [...without] } : {}),
    ...(wanted.levels !== undefined ? { levels_lower: wanted.levels } : {}),
    ...(wanted.years !== undefined ? { years_less: wanted.years } : {}),
  };
  const preview = usePreview(position, changes);
  const isChanged = Object.keys(fitted).length > 0;
  const set = (changed: Wanted): void => onChange({ ...wanted, ...changed });
  return (
    <Panel
      title={t.title}
      action={
        isChanged && (
          <button className="link" onClick={() => onChange({})}>
            {t.reset}
          </button>
        )
      }
    >
      <div className="body form">
        <p className="note">{t.how}</p>
        <label className="choice">
          <span>
            {t.salary} <strong>{number(max)}</strong> {currency}{" "}
            {max !== pays && <Tag tone="accent">{signed(max - pays)}</Tag>}
          </span>
          <input
            type="range"
            min={Math.max(0, pays - 30 * STEP)}
            max={pays + 60 * STEP}
            step={STEP}
            value={max}
            onChange={(event) => set({ max: Number(event.target.value) })}
          />
        </label>
        <label className="check">
          <input type="checkbox" checked={isRemote} onChange={(event) => set({ remote: event.target.checked })} />
          {t.remote}
        </label>
        {skills.length > 0 && (
          <fieldset>
            <legend>{t.skills}</legend>
            {skills.map((one) => (
              <label key={one} className="check">
                <input
                  type="checkbox"
                  checked={!without.includes(one)}
                  onChange={(event) =>
                    set({
                      without: event.target.checked ? without.filter((other) => other !== one) : [...without, one],
                    })
                  }
                />
                {one}
              </label>
            ))}
          </fieldset>
        )}
        {(wanted.levels !== undefined || wanted.years !== undefined) && (
          <p>
            <Tag tone="accent">{said({ levels_lower: wanted.levels, years_less: wanted.years })}</Tag>{" "}
            <small>{t.fitOnly}</small>
          </p>
        )}
      </div>
      <div className="outcomes" aria-live="polite">
        <Answered query={part(preview, ({ pages }) => pages[0])} rows={1}>
          {(found) => (
            <Outcome
              name="people"
              value={found?.changed.people ?? 0}
              more={isChanged && found ? found.changed.people - found.now.people : undefined}
              label={t.people}
            />
          )}
        </Answered>
        <Fit position={position} changes={fitted} />
      </div>
      <Returning preview={preview} />
    </Panel>
  );
}

/** How many of everybody who is known would fit. */
function Fit({ position, changes }: { position: string; changes: Schemas["FitChanges"] | object }) {
  const count = (asked: object) =>
    body(
      api.POST("/v1/analytics/positions/{position}/fit", {
        params: { path: { position } },
        body: { changes: asked as Schemas["FitChanges"] },
      }),
    );
  const now = useQuery({ queryKey: ["fit", position, {}], queryFn: () => count({}), retry: false });
  const then = useQuery({
    queryKey: ["fit", position, changes],
    queryFn: () => count(changes),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const before = now.data?.fit.met;
  const isChanged = Object.keys(changes).length > 0;
  return (
    <Answered query={then} rows={1}>
      {({ fit, people }) => (
        <Outcome
          name="fit"
          value={fit.met}
          more={isChanged && before !== undefined ? fit.met - before : undefined}
          label={t.fit(number(people))}
        />
      )}
    </Answered>
  );
}

interface OutcomeProps {
  name: string;
  value: number;
  more: number | undefined;
  label: string;
}

function Outcome({ name, value, more, label }: OutcomeProps) {
  return (
    <p className="outcome">
      <strong data-preview={name}>{number(value)}</strong>
      {more !== undefined && (
        <Tag tone={more > 0 ? "good" : more < 0 ? "bad" : undefined}>{more === 0 ? t.none : signed(more)}</Tag>
      )}
      <span>{label}</span>
    </p>
  );
}

function Returning({ preview }: { preview: ReturnType<typeof usePreview> }) {
  const candidates = preview.data?.pages.flatMap((page) => page.candidates) ?? [];
  const people = usePeople(candidates.map((one) => one.candidate_id));
  if (candidates.length === 0) return null;
  return (
    <>
      <ul className="rows ruled">
        {candidates.map((one) => (
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
      <More query={preview} label={texts.people.more} />
    </>
  );
}
