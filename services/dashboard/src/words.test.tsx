import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { hours, inZone, relative } from "./format";
import { figures } from "./metrics";
import { marked } from "./pages/marked";
import { happened } from "./story";
import { texts } from "./texts";

const event = (type: string, data: object, touch: number | null = null) => ({ type, data, touch }) as never;

describe("a timeline in words", () => {
  test.each([
    [
      event("rekindle.pursuit.contacted", { channel: "email", recruiter: "maria" }, 2),
      "Contacted by e-mail · touch 2 · maria",
    ],
    [event("rekindle.pursuit.declined", { reason: "salary" }), "Declined for salary"],
    [event("rekindle.pursuit.rejected", { reason: "rejected_by_sponsor" }), "Rejected by the sponsor"],
    [event("rekindle.pursuit.rejected", { reason: "unspecified" }), "Rejected without a reason given"],
    [event("rekindle.candidate.cadence_chosen", { every_days: 60 }), "Chose how often to hear from us every 60 days"],
    [event("rekindle.pursuit.unheard_of", {}), "rekindle.pursuit.unheard_of"],
  ])("%#", (given, said) => {
    expect(happened(given)).toBe(said);
  });
});

describe("findings marked in a text", () => {
  const html = (findings: Parameters<typeof marked>[0], text: string) =>
    renderToStaticMarkup(<p>{marked(findings, text)}</p>);

  test("places are code points, not units of UTF-16", () => {
    expect(html([{ severity: "stop", span: [2, 5] }], "🎉 now!")).toBe('<p>🎉 <mark class="stop">now</mark>!</p>');
  });

  test("of two that overlap the first is marked, and one about the whole text is not", () => {
    const findings = [
      { severity: "warn", span: [1, 4] },
      { severity: "info", span: [2, 5] },
      { severity: "stop", span: null },
    ];
    expect(html(findings, "abcdef")).toBe('<p>a<mark class="warn">bcd</mark>ef</p>');
  });
});

test.each([
  [0.5, "30 min"],
  [24, "24 h"],
  [72, "3 d"],
  [1680, "10 wk"],
])("%d hours read well", (value, said) => {
  expect(hours(value)).toBe(said);
});

test("a time is said in its largest unit", () => {
  const now = Date.parse("2026-03-02T09:00:00Z");
  expect(relative("2026-03-02T12:00:00Z", now)).toContain("3");
  expect(relative("2026-03-01T08:00:00Z", now)).toBe("yesterday");
});

test("a time in another zone names it", () => {
  expect(inZone("2026-03-02T09:00:00Z", "Asia/Tokyo")).toMatch(/6:00.*(GMT\+9|JST)/);
});

test("the figures of all processes are read, the largest of each", () => {
  const page = '# HELP x\nrekindle_outbox_rows{service="a"} 2\nrekindle_outbox_rows{service="b"} 5\nother 7\n';
  expect(figures(page)).toEqual([{ name: texts.behind.figures.rekindle_outbox_rows, value: 5 }]);
});
