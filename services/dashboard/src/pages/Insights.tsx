/** What moves a person, by whom it was learnt and how; and what to ask next. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Schemas } from "../api/client";
import { recordInsight, useInsights, type Insight } from "../api/insights";
import { may, useSession } from "../api/session";
import { date, dateTime } from "../format";
import { texts } from "../texts";
import { Answered, part } from "../ui/answers";
import { failed, notify } from "../ui/notices";
import { Choice, Panel, Tag } from "../ui/parts";
import { Sheet } from "../ui/Sheet";

const t = texts.insights;

export function Insights({ person, isInner }: { person: string; isInner?: boolean }) {
  const session = useSession();
  const insights = useInsights(person);
  const [added, setAdded] = useState<Insight | "new">();
  const canAdd = may(session, "candidates:write") || may(session, "engagement:write");
  return (
    <Panel
      title={t.title}
      isInner={isInner}
      count={insights.data?.items.length}
      action={
        canAdd && (
          <button className="button" onClick={() => setAdded("new")}>
            {t.add}
          </button>
        )
      }
    >
      <Answered query={part(insights, ({ items }) => items)} rows={2} empty={<p className="note body">{t.none}</p>}>
        {(items) => (
          <ul className="rows">
            {items.map((one) => (
              <li key={one.id} className="row">
                <Tag>{t.kinds[one.kind]}</Tag>
                <span className="grow">
                  <span className="said">{one.text}</span>
                  <span className="sentence">
                    <time dateTime={one.observed_at} title={dateTime(one.observed_at)}>
                      {t.learnt(one.author, date(one.observed_at), t.sources[one.source] ?? one.source)}
                    </time>
                    {one.confidence !== "said" && <> · {t.confidences[one.confidence].toLowerCase()}</>}
                  </span>
                </span>
                {canAdd && (
                  <button className="quiet" aria-label={t.supersedeOf(one.text)} onClick={() => setAdded(one)}>
                    {t.supersede}
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Answered>
      <Questions questions={insights.data?.open_questions ?? []} />
      <Sheet
        title={t.addTitle}
        isOpen={added !== undefined}
        onOpenChange={(open) => {
          if (!open) setAdded(undefined);
        }}
      >
        <NewInsight person={person} before={added === "new" ? undefined : added} done={() => setAdded(undefined)} />
      </Sheet>
    </Panel>
  );
}

/** The first few: who has more to ask than these has not begun. */
const SHOWN = 4;

function Questions({ questions }: { questions: Schemas["OpenQuestion"][] }) {
  if (questions.length === 0) return null;
  return (
    <div className="part">
      <h3>{t.ask}</h3>
      <ul className="reasons">
        {questions.slice(0, SHOWN).map((one) => (
          <li key={one.about}>
            <span>
              {one.question} {one.last_known_at && <small>{t.askedLast(date(one.last_known_at))}</small>}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

interface NewProps {
  person: string;
  before: Insight | undefined;
  done: () => void;
}

function NewInsight({ person, before, done }: NewProps) {
  const queries = useQueryClient();
  const [kind, setKind] = useState<Insight["kind"]>(before?.kind ?? "motivation");
  const [source, setSource] = useState("call");
  const [confidence, setConfidence] = useState<Insight["confidence"]>("said");
  const save = useMutation({
    mutationFn: (text: string) => {
      const insight: Schemas["NewInsight"] = { kind, text, source, confidence, supersedes: before?.id };
      return recordInsight(person, insight);
    },
    onSuccess: async () => {
      notify(t.saved);
      done();
      await queries.invalidateQueries({ queryKey: ["insights", person] });
    },
    onError: failed,
  });
  return (
    <form
      className="body form"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(String(new FormData(event.currentTarget).get("text")));
      }}
    >
      {before && <p className="note">{t.supersedes(before.text)}</p>}
      <label className="choice">
        <span>{t.text}</span>
        <textarea name="text" required maxLength={2000} rows={3} defaultValue={before?.text} />
      </label>
      <Choice
        label={t.about}
        value={kind}
        options={Object.entries(t.kinds)}
        onChange={(value) => setKind(value as Insight["kind"])}
      />
      <Choice
        label={t.from}
        value={source}
        options={Object.entries(t.sources)}
        onChange={(value) => setSource(value ?? "call")}
      />
      <Choice
        label={t.confidence}
        value={confidence}
        options={Object.entries(t.confidences)}
        onChange={(value) => setConfidence(value as Insight["confidence"])}
      />
      <button className="button primary" disabled={save.isPending}>
        {t.save}
      </button>
    </form>
  );
}
