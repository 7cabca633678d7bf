import { expect, test } from "vitest";
import { readRecordedCalls, toolNameOf } from "./recorded-calls";

const line = (more: object) =>
  JSON.stringify({ source: "set", suite: "s", task: 3, seq: 0, tool: "t", args: {}, ...more });

test("a run of a trial is a session of its own, and the task stays the same", () => {
  const [one, two] = readRecordedCalls(`${line({ trial: 0 })}\n${line({ trial: 1 })}\n`);
  expect(one?.session).not.toBe(two?.session);
  expect(one?.task).toBe(two?.task);
});

test("a call without a kind is a user's", () => {
  expect(readRecordedCalls(line({}))[0]?.kind).toBe("user");
});

test("names with capitals become names the catalogue takes", () => {
  expect(toolNameOf("displayCarStatus")).toBe("display_car_status");
});

test.each([
  ["not JSON", "{"],
  ["no tool", JSON.stringify({ source: "set", suite: "s", args: {} })],
  ["no arguments", JSON.stringify({ source: "set", suite: "s", tool: "t" })],
  ["an unknown kind", line({ kind: "attack" })],
])("a file with %s is refused by line", (_, text) => {
  expect(() => readRecordedCalls(`${line({})}\n${text}`)).toThrow(/^line 2 /);
});

test("two names that would become one are refused", () => {
  expect(() => readRecordedCalls(`${line({ tool: "lockDoors" })}\n${line({ tool: "lock_doors" })}`)).toThrow(
    "one tool name",
  );
});
