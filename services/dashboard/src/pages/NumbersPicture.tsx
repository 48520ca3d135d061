/** The picture of an answer: a bar or a point for each value of one key, a heat map of two. Whatever is drawn opens the people behind it. */
import { lazy, Suspense } from "react";
import { number } from "../format";
import { inUnit, wholeKey, type Key, type Metric, type Row } from "../question";
import { texts } from "../texts";

const Chart = lazy(() => import("../ui/Chart").then((module) => ({ default: module.Chart })));
const t = texts.numbers;
/** Bars that fit beside each other; the table has them all. */
const BARS = 40;
const STEPS = 6;

interface Props {
  metric: Metric;
  rows: readonly Row[];
  /** Which keys of the rows are drawn; the others have one value each. */
  keys: readonly string[];
  label: (row: Row, key: string) => string;
  open: (key: Key) => void;
}

export function Picture({ metric, rows, keys, label, open }: Props) {
  const isCount = metric.adds_up === "count";
  const [one, other] = keys;
  if (one === undefined) return <Alone metric={metric} row={rows[0]} open={open} />;
  if (other !== undefined) return <Heat {...{ metric, rows, label, open }} down={one} across={other} />;
  const shown = one === "period" ? rows : rows.slice(0, BARS);
  if (shown.length < 2) return null;
  return (
    <>
      <Suspense fallback={<div className="chart" />}>
        <Chart
          isLine={one === "period"}
          unit={metric.unit}
          points={shown.map((row) => ({ ...row, label: label(row, one), small: row.small && !isCount }))}
          onOpen={(index) => {
            const key = shown[index] && wholeKey(shown[index]);
            if (key) open(key);
          }}
        />
      </Suspense>
      {!isCount && <p className="note picture-note">{metric.adds_up === "ratio" ? t.pictureShares : t.pictureSmall}</p>}
    </>
  );
}

function Alone({ metric, row, open }: { metric: Metric; row: Row | undefined; open: (key: Key) => void }) {
  if (row === undefined) return null;
  return (
    <button className="alone-number" onClick={() => open({})}>
      <strong>{inUnit(row.value, metric.unit)}</strong>
      <span>
        {[
          row.low !== null &&
            row.high !== null &&
            t.between(inUnit(row.low, metric.unit), inUnit(row.high, metric.unit)),
          metric.adds_up !== "count" && t.sampleOf(number(row.n)),
          metric.adds_up !== "count" && row.small && t.small,
        ]
          .filter(Boolean)
          .join(" · ")}
      </span>
    </button>
  );
}

interface HeatProps extends Omit<Props, "keys"> {
  down: string;
  across: string;
}

/** The values of one key down, of the other across; the deeper the colour, the more. What rests on few has a dashed edge. */
function Heat({ metric, rows, down, across, label, open }: HeatProps) {
  const isCount = metric.adds_up === "count";
  const lines = inOrder(rows, down);
  const columns = inOrder(
    rows.filter(({ value }) => value !== null),
    across,
  );
  const cells = new Map(rows.map((row) => [`${String(row.key[down])} ${String(row.key[across])}`, row]));
  const most = Math.max(...rows.map((row) => row.value ?? 0), 0);
  const style = (row: Row): string => {
    const step = most === 0 ? 0 : Math.ceil(((row.value ?? 0) / most) * STEPS);
    return row.small && !isCount && row.value !== null ? `heat-${String(step)} small` : `heat-${String(step)}`;
  };
  return (
    <>
      <div className="scroll" tabIndex={0} role="region" aria-label={t.heat}>
        <table className="heat" style={{ minWidth: 130 + columns.length * 84 }}>
          <thead>
            <tr>
              <th scope="col">{t.keys[down] ?? down}</th>
              {columns.map((row) => (
                <th key={String(row.key[across])} scope="col">
                  {label(row, across)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={String(line.key[down])}>
                <th scope="row">{label(line, down)}</th>
                {columns.map((column) => {
                  const row = cells.get(`${String(line.key[down])} ${String(column.key[across])}`);
                  const key = row && wholeKey(row);
                  return (
                    <td key={String(column.key[across])} className={row && style(row)}>
                      {row && row.value !== null && (
                        <button
                          disabled={!key}
                          title={key ? t.sampleOf(number(row.n)) : t.unlisted}
                          onClick={() => key && open(key)}
                        >
                          {inUnit(row.value, metric.unit)}
                          {!isCount && <small>{number(row.n)}</small>}
                        </button>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!isCount && <p className="note picture-note">{t.heatSmall}</p>}
    </>
  );
}

/** The first row of each value of a key: days in their order, others as they were answered. */
function inOrder(rows: readonly Row[], key: string): Row[] {
  const first = new Map<string | null | undefined, Row>();
  for (const row of rows) if (!first.has(row.key[key])) first.set(row.key[key], row);
  const found = [...first.values()];
  return key === "period" ? found.sort((a, b) => String(a.key.period).localeCompare(String(b.key.period))) : found;
}
