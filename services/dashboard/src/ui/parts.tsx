/** Small parts of pages: the page's head, a panel, a tag, a priority, a bar. */
import { useEffect, type ReactNode } from "react";
import { number } from "../format";
import { texts } from "../texts";

export function Page({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · ${texts.product}`;
  }, [title]);
  return (
    <div className="page">
      <header className="head">
        <h1>{title}</h1>
        {aside}
      </header>
      {children}
    </div>
  );
}

interface PanelProps {
  title: string;
  /** Whether it stands in another panel, whose title is above its own. */
  isInner?: boolean;
  count?: number;
  action?: ReactNode;
  children: ReactNode;
}

export function Panel({ title, isInner = false, count, action, children }: PanelProps) {
  const Title = isInner ? "h3" : "h2";
  return (
    <section className="panel">
      <header>
        <Title>
          {title}
          {count !== undefined && count > 0 && <span className="count">{number(count)}</span>}
        </Title>
        {action}
      </header>
      {children}
    </section>
  );
}

export type Tone = "bad" | "warn" | "good" | "accent";

export function Tag({ tone, children }: { tone?: Tone; children: ReactNode }) {
  return <span className={tone === undefined ? "tag" : `tag ${tone}`}>{children}</span>;
}

/** A priority, or what else goes from 0 to 100: the number, and a bar as long. */
export function Priority({ value, label = texts.queue.priority }: { value: number; label?: string }) {
  return (
    <span className="priority" title={`${label} ${String(value)}`}>
      <span className="hidden">{label} </span>
      {value}
      <meter min={0} max={100} value={value} aria-hidden="true" />
    </span>
  );
}

interface SpanProps {
  from: string | undefined;
  to: string | undefined;
  onChange: (changed: { from?: string; to?: string }) => void;
}

/** From a day to another; the browser writes them as its user does. */
export function Span({ onChange, ...days }: SpanProps) {
  return (["from", "to"] as const).map((end) => (
    <label key={end} className="choice">
      <span>{texts.numbers[end]}</span>
      <input
        type="date"
        value={days[end] ?? ""}
        onChange={(event) => onChange({ [end]: event.target.value || undefined })}
      />
    </label>
  ));
}

interface ViewsProps {
  view: "activity" | undefined;
  onChange: (view: "activity" | undefined) => void;
}

/** By the cohort of attempts, or by the day of what is counted. */
export function Views({ view, onChange }: ViewsProps) {
  return (
    <div className="segments" role="group" aria-label={texts.positions.view}>
      {([undefined, "activity"] as const).map((one) => (
        <button key={one ?? "cohort"} aria-pressed={view === one} onClick={() => onChange(one)}>
          {texts.positions[one ?? "cohort"]}
        </button>
      ))}
    </div>
  );
}

/** A choice among few, as a list that the browser shows; empty means any. */
interface ChoiceProps {
  label: string;
  any?: string;
  value: string | undefined;
  options: readonly (readonly [string, string])[];
  onChange: (value: string | undefined) => void;
}

export function Choice({ label, any, value, options, onChange }: ChoiceProps) {
  return (
    <label className="choice">
      <span>{label}</span>
      <select value={value ?? ""} onChange={(event) => onChange(event.target.value || undefined)}>
        {any !== undefined && <option value="">{any}</option>}
        {options.map(([one, said]) => (
          <option key={one} value={one}>
            {said}
          </option>
        ))}
      </select>
    </label>
  );
}
