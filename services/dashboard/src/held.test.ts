import { expect, test } from "vitest";
import { held } from "./held";

const items = (ids: string) => [...ids].map((id) => ({ id }));
const shown = (now: string, read: string) => {
  const found = held(items(now), [...read]);
  return [found.shown.map(({ id }) => id).join(""), found.fresh];
};

test("what came since waits, and moves nothing", () => {
  expect(shown("xaybc", "abc")).toEqual(["abc", 2]);
});

test("who left is gone, and who changed places stays where they were read", () => {
  expect(shown("cab", "abc")).toEqual(["abc", 0]);
  expect(shown("ac", "abc")).toEqual(["ac", 0]);
});

test("a further page follows behind what was read", () => {
  expect(shown("abcdef", "abc")).toEqual(["abcdef", 0]);
});

test("a list that was not read yet is shown as it is", () => {
  expect(shown("abc", "")).toEqual(["abc", 0]);
});
