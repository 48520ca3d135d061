import { Fragment, type ReactNode } from "react";

/** What is better changed, and where in the text. */
interface Finding {
  severity: string;
  span: readonly number[] | null;
}

/** The text with its findings marked. Places are in code points; where two overlap, the first counts. */
export function marked(findings: readonly Finding[], text: string): ReactNode {
  const points = [...text];
  const parts: ReactNode[] = [];
  let at = 0;
  for (const { span, severity } of findings.toSorted((a, b) => (a.span?.[0] ?? 0) - (b.span?.[0] ?? 0))) {
    const [from, to] = (span ?? [0, 0]) as [number, number];
    if (from < at || to <= from) continue;
    parts.push(
      <Fragment key={from}>{points.slice(at, from).join("")}</Fragment>,
      <mark key={`${String(from)} mark`} className={severity}>
        {points.slice(from, to).join("")}
      </mark>,
    );
    at = to;
  }
  return [...parts, <Fragment key="rest">{points.slice(at).join("")}</Fragment>];
}
