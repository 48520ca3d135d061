/** What a call answered, and the face of it until then: one ladder for every list and panel. */
import type { ReactNode } from "react";
import { Failed, Loading } from "./faces";

interface Query<T> {
  data: T | undefined;
  error: unknown;
  isError: boolean;
  refetch: () => unknown;
}

interface AnsweredProps<T> {
  query: Query<T>;
  /** How many lines stand for what is loading. */
  rows?: number;
  /** Shown in place of an answer that holds nothing. */
  empty?: ReactNode;
  isEmpty?: (data: T) => boolean;
  children: (data: T) => ReactNode;
}

/** What was answered stays while a later call fails: the line in the corner says that nothing answers. */
export function Answered<T>({ query, rows, empty, isEmpty = holdsNothing, children }: AnsweredProps<T>) {
  if (query.data === undefined) {
    if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />;
    return <Loading rows={rows} />;
  }
  if (empty !== undefined && isEmpty(query.data)) return <>{empty}</>;
  return <>{children(query.data)}</>;
}

const holdsNothing = (data: unknown): boolean => Array.isArray(data) && data.length === 0;

/** Another call's answer, of which a part is shown. */
export const part = <T, P>(query: Query<T>, of: (data: T) => P): Query<P> => ({
  ...query,
  refetch: () => query.refetch(),
  data: query.data === undefined ? undefined : of(query.data),
});

export interface Column<R> {
  title: string;
  /** Whether it holds numbers: they stand on the right. */
  isNumber?: boolean;
  /** Whether its title is for screen readers alone. */
  isQuiet?: boolean;
  cell: (row: R) => ReactNode;
}

interface TableProps<R> {
  label: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
  keyOf: (row: R, index: number) => string;
}

/** A table that scrolls sideways where it is too wide, by keyboard too. */
export function Table<R>({ label, columns, rows, keyOf }: TableProps<R>) {
  const style = (column: Column<R>): string | undefined => (column.isNumber ? "num" : undefined);
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="data">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.title} scope="col" className={style(column)}>
                {column.isQuiet ? <span className="hidden">{column.title}</span> : column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={keyOf(row, index)}>
              {columns.map((column) => (
                <td key={column.title} className={style(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface MoreProps {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
  label: string;
}

/** The next page of a list, where there is one. */
export function More({ query, label }: MoreProps) {
  if (!query.hasNextPage) return null;
  return (
    <p className="more">
      <button className="button" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {label}
      </button>
    </p>
  );
}
