import { describe, expect, test } from "vitest";
import { called, inUnit, knownKey, lastDay, membersOf, queryOf, wholeKey, type Metric, type Row } from "./question";

const metric = { name: "reached", key: "stage", dimensions: ["position", "recruiter", "period"] } as unknown as Metric;

test("a question asks by the dimensions that its metric has, each once", () => {
  const asked = queryOf(metric, { by: "recruiter", and: "weather", period: "week", from: "2026-01-01" });
  expect(asked).toMatchObject({ group_by: "recruiter", period: undefined, from: "2026-01-01" });
  expect(queryOf(metric, { by: "period", and: "period" })).toMatchObject({ group_by: "period", period: "month" });
});

describe("the last day of a period", () => {
  test.each([
    ["2026-02-01", "month", "2026-02-28"],
    ["2026-10-01", "quarter", "2026-12-31"],
    ["2024-01-01", "year", "2024-12-31"],
    ["2026-11-23", "week", "2026-11-29"],
    ["2026-11-23", "day", "2026-11-23"],
  ])("%s, a %s", (first, period, last) => {
    expect(lastDay(first, period)).toBe(last);
  });
});

describe("whose people are behind a row", () => {
  test("its dimensions are filters, the metric's own key is the key", () => {
    expect(membersOf(metric, { by: "recruiter", view: "activity" }, { recruiter: "maria", stage: "hired" })).toEqual({
      metric: "reached",
      key: "hired",
      query: { view: "activity", recruiter: "maria" },
    });
  });
  test("a period is a span of days, within the span that was asked for", () => {
    const asked = { by: "period", from: "2026-02-10", to: "2026-06-30" };
    expect(membersOf(metric, asked, { period: "2026-02-01", stage: "hired" }).query).toMatchObject({
      from: "2026-02-10",
      to: "2026-02-28",
    });
  });
  test("what is not known of a row can be asked for by no key", () => {
    expect(wholeKey({ key: { recruiter: null } } as unknown as Row)).toBeNull();
    expect(knownKey({ key: { recruiter: null, stage: "hired" } } as unknown as Row)).toEqual({ stage: "hired" });
    expect(wholeKey({ key: { recruiter: "tom" } } as unknown as Row)).toEqual({ recruiter: "tom" });
  });
});

test("keys are called by their titles and names", () => {
  const titles = new Map([["1", "Data engineer"]]);
  expect(called("position", "1", {}, titles)).toBe("Data engineer");
  expect(called("reason", "rejected_by_sponsor", {}, titles)).toBe("rejected by sponsor");
  expect(called("change", "open_to_active", {}, titles)).toBe("open to active");
  expect(called("skill", null, {}, titles)).toBe("not known");
});

test("values are written in their unit", () => {
  expect([inUnit(0.5, "ratio, 0 to 1"), inUnit(30, "hours"), inUnit(null, "hours"), inUnit(3, "attempts")]).toEqual([
    "50%",
    "30 h",
    "–",
    "3",
  ]);
});
