/** A person's record: each value with the source whose statement counts, and the references that are this one person. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { api, body, type Schemas } from "../api/client";
import { may, useSession } from "../api/session";
import { date, number } from "../format";
import { texts } from "../texts";
import { failed, notify } from "../ui/notices";
import { Panel, Tag } from "../ui/parts";
import { Sheet } from "../ui/Sheet";

const t = texts.person;
type Record = Schemas["Candidate"];

export function PersonRecord({ record }: { record: Record }) {
  const salary = record.salary?.amount ? `${number(record.salary.amount)} ${record.salary.currency ?? ""}` : null;
  const years = record.years_experience === null ? null : t.yearsOf(number(record.years_experience));
  const facts: [string, string | null | undefined, string][] = [
    [t.years, years, "years_experience"],
    [t.salary, salary, "salary.amount"],
    [texts.people.market, record.market_status && texts.people.markets[record.market_status], "market_status"],
    [t.tier, record.tier, "tier"],
    [t.level, record.level, "level"],
    [t.company, record.company, "company"],
    [t.title, record.title, "title"],
    [t.place, [record.location?.city, record.location?.country].filter(Boolean).join(", "), "location.country"],
    [t.zone, record.time_zone, "time_zone"],
  ];
  return (
    <Panel title={t.record}>
      <dl className="facts body">
        {record.contact_details_hidden ? (
          <Fact name={t.contact}>{t.hidden}</Fact>
        ) : (
          (["emails", "phones", "links"] as const).map((name) => <Items key={name} record={record} name={name} />)
        )}
        {facts
          .filter(([, value]) => value)
          .map(([name, value, field]) => (
            <Fact key={name} name={name}>
              {value} <Source one={record.sources?.[field]} />
            </Fact>
          ))}
        {record.learned.last_contact_at && (
          <Fact name={texts.people.lastContact}>
            {date(record.learned.last_contact_at)} <small>{t.learned}</small>
          </Fact>
        )}
        <Items record={record} name="skills" areTags />
      </dl>
    </Panel>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Source({ one }: { one: Schemas["FieldSource"] | undefined }) {
  return one && <small title={t.statedSince(date(one.since))}>{t.by(one.source)}</small>;
}

/** The items of a list. Those of one source stand together. */
function Items({ record, name, areTags = false }: { record: Record; name: string; areTags?: boolean }) {
  const entries = record.entries?.[name] ?? [];
  const sources = [...new Set(entries.map((one) => one.source))];
  if (sources.length === 0) return null;
  return (
    <Fact name={t.lists[name] ?? name}>
      {sources.map((source) => (
        <div key={source} className={areTags ? "tags" : undefined}>
          {entries
            .filter((one) => one.source === source)
            .map(({ value }) => (areTags ? <Tag key={value}>{value}</Tag> : <div key={value}>{value}</div>))}
          <small>{t.by(source)}</small>
        </div>
      ))}
    </Fact>
  );
}

/** What senders call the person. Records that were linked can be parted again, by whoever may change records. */
export function References({ record }: { record: Record }) {
  const session = useSession();
  const queries = useQueryClient();
  const [parted, setParted] = useState<string>();
  const part = useMutation({
    mutationFn: (reference: string) =>
      body(
        api.DELETE("/v1/candidates/{candidate}/references/{reference}", {
          params: { path: { candidate: record.id, reference } },
        }),
      ),
    onSuccess: async (_, reference) => {
      notify(t.parted(reference));
      await Promise.all(
        ["candidate", "relationship", "timeline", "people"].map((key) =>
          queries.invalidateQueries({ queryKey: [key] }),
        ),
      );
    },
    onError: failed,
  });
  const isLinked = record.references.length > 1;
  return (
    <Panel
      title={t.references}
      count={isLinked ? record.references.length : undefined}
      action={
        may(session, "admin") && (
          <a className="button" href={`/v1/exports/${record.id}`} target="_blank" rel="noreferrer" title={t.copyHow}>
            {t.copy}
          </a>
        )
      }
    >
      <ul className="rows">
        {record.references.map((reference) => (
          <li key={reference} className="row">
            <span className="grow">
              <code>{reference}</code>
            </span>
            {isLinked && may(session, "candidates:write") && (
              <button className="button" onClick={() => setParted(reference)} aria-label={t.partOf(reference)}>
                {t.part}
              </button>
            )}
          </li>
        ))}
      </ul>
      {isLinked && <p className="note body">{t.linked}</p>}
      <Sheet
        title={t.partTitle}
        isOpen={parted !== undefined}
        onOpenChange={(open) => {
          if (!open) setParted(undefined);
        }}
      >
        <div className="body form">
          <p>{parted && t.partHow(parted)}</p>
          <button
            className="button primary"
            onClick={() => {
              if (parted) part.mutate(parted);
              setParted(undefined);
            }}
          >
            {t.part}
          </button>
        </div>
      </Sheet>
    </Panel>
  );
}
