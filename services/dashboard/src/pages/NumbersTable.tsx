/** The rows of an answer, each with its interval, its sample and what to mind, and the file of them. */
import { useState } from "react";
import { ask } from "../api/client";
import { number, percent } from "../format";
import { inUnit, knownKey, wholeKey, type Key, type Metric, type Row } from "../question";
import { texts } from "../texts";
import { Table, type Column } from "../ui/answers";
import { Interval } from "../ui/Interval";
import { failed } from "../ui/notices";
import { Tag } from "../ui/parts";

const t = texts.numbers;
const AT_ONCE = 100;

interface Props {
  metric: Metric;
  rows: readonly Row[];
  keys: readonly string[];
  label: (row: Row, key: string) => string;
  open: (key: Key) => void;
}

export function NumbersTable({ metric, rows, keys, label, open }: Props) {
  const [shown, setShown] = useState(AT_ONCE);
  const isCount = metric.adds_up === "count";
  const young = rows.some((row) => row.too_young !== rows[0]?.too_young || row.mature !== rows[0].mature);
  const columns: Column<Row>[] = [
    ...keys.map((key) => ({ title: t.keys[key] ?? key, cell: (row: Row) => label(row, key) })),
    {
      title: t.value,
      isNumber: true,
      cell: (row) => {
        const key = wholeKey(row);
        const said = <strong>{inUnit(row.value, metric.unit)}</strong>;
        if (key === null || row.value === null) return said;
        return (
          <button className="link" onClick={() => open(key)} title={texts.positions.openPeople}>
            {said}
          </button>
        );
      },
    },
    ...(metric.adds_up === "ratio"
      ? [{ title: t.interval, cell: (row: Row) => <Between row={row} unit={metric.unit} /> }]
      : []),
    ...(isCount ? [] : [{ title: t.sample, isNumber: true, cell: (row: Row) => number(row.n) }]),
    {
      title: t.notes,
      isQuiet: true,
      cell: (row) => (
        <span className="tags">
          {wholeKey(row) === null && row.value !== null && row.n > 0 && <Unlisted {...{ row, label, open }} />}
          {row.small && !isCount && row.value !== null && <Tag tone="warn">{t.small}</Tag>}
          {young && row.too_young && <Tag tone="warn">{texts.positions.youngShare(percent(1 - row.mature))}</Tag>}
        </span>
      ),
    },
  ];
  return (
    <>
      <Table label={t.table} columns={columns} rows={rows.slice(0, shown)} keyOf={(row) => JSON.stringify(row.key)} />
      {rows.length > shown && (
        <p className="more body">
          <button className="button" onClick={() => setShown(shown + AT_ONCE)}>
            {texts.people.more}
          </button>
        </p>
      )}
    </>
  );
}

/** Why a row opens nobody, and whom it can open: those whom what is known of it names, this row's people among them. */
function Unlisted({ row, label, open }: Pick<Props, "label" | "open"> & { row: Row }) {
  const known = knownKey(row);
  const unknown = Object.keys(row.key).filter((key) => !(key in known));
  const said = Object.keys(known).map((key) => label(row, key));
  return (
    <small>
      {t.unlistedHow(unknown.map((key) => t.keys[key] ?? key).join(texts.duplicates.and))}{" "}
      <button className="link" onClick={() => open(known)}>
        {said.length === 0 ? t.openAll : t.openKnown(said.join(" · "))}
      </button>
    </small>
  );
}

function Between({ row, unit }: { row: Row; unit: string }) {
  if (row.value === null || row.low === null || row.high === null) return null;
  return (
    <span className="between">
      <Interval value={row.value} low={row.low} high={row.high} />
      <small>
        {inUnit(row.low, unit)} – {inUnit(row.high, unit)}
      </small>
    </span>
  );
}

const FORMS = [
  ["text/csv", "csv", "CSV"],
  ["application/jsonl", "jsonl", "JSON lines"],
  ["application/vnd.apache.parquet", "parquet", "Parquet"],
] as const;

/** The answer as a file, as the API writes it. */
export function Export({ name, query }: { name: string; query: Record<string, string | undefined> }) {
  const save = async (accept: string, ending: string): Promise<void> => {
    const asked = new URLSearchParams(
      Object.entries(query).filter((one): one is [string, string] => one[1] !== undefined),
    );
    const url = `/v1/analytics/metrics/${encodeURIComponent(name)}?${asked.toString()}`;
    const answer = await ask(new Request(url, { headers: { Accept: accept } }));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = `${name}.${ending}`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <span className="actions" role="group" aria-label={t.export}>
      <small>{t.export}</small>
      {FORMS.map(([accept, ending, said]) => (
        <button key={ending} className="link" onClick={() => void save(accept, ending).catch(failed)}>
          {said}
        </button>
      ))}
    </span>
  );
}
