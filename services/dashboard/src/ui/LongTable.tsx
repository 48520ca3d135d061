/** A table of any length: only the rows that are seen exist, and more are asked for near the end. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, type ReactNode } from "react";

interface Props<R> {
  label: string;
  titles: readonly { title: string; isNumber?: boolean }[];
  rows: readonly R[];
  keyOf: (row: R) => string;
  /** The cells of a row. */
  cells: (row: R) => ReactNode;
  /** About how high a row is, in pixels. */
  height: number;
  wantMore: () => void;
}

export function LongTable<R>({ label, titles, rows, keyOf, cells, height, wantMore }: Props<R>) {
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- no compiler memoizes here
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 8,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : keyOf(row);
    },
  });
  const seen = virtual.getVirtualItems();
  const last = seen.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - 20) wantMore();
  }, [last, rows.length, wantMore]);
  const before = seen[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (seen.at(-1)?.end ?? 0);
  return (
    <div className="scroll long" ref={scroller} tabIndex={0} role="region" aria-label={label}>
      <table className="data">
        <thead>
          <tr>
            {titles.map(({ title, isNumber }) => (
              <th key={title} scope="col" className={isNumber ? "num" : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <tr className="gap" aria-hidden="true" style={{ height: before }} />}
          {seen.map(({ index, key }) => {
            const row = rows[index];
            return row === undefined ? null : (
              <tr key={key} ref={virtual.measureElement} data-index={index}>
                {cells(row)}
              </tr>
            );
          })}
          {after > 0 && <tr className="gap" aria-hidden="true" style={{ height: after }} />}
        </tbody>
      </table>
    </div>
  );
}
