import { describe, expect, test } from "vitest";
import { entryQuery } from "./schema";

describe("a filter from an address", () => {
  test("takes days as whole days, both ends included", () => {
    const { from, to } = entryQuery.parse({ from: "2026-01-30", to: "2026-01-31" });
    expect([from?.toISOString(), to?.toISOString()]).toEqual(["2026-01-30T00:00:00.000Z", "2026-02-01T00:00:00.000Z"]);
  });

  test("takes times as they are", () => {
    const { from, to } = entryQuery.parse({ from: "2026-01-30T10:00:00+02:00", to: "2026-01-30T12:00:00Z" });
    expect([from?.toISOString(), to?.toISOString()]).toEqual(["2026-01-30T08:00:00.000Z", "2026-01-30T12:00:00.000Z"]);
  });

  test.each(["2026-02-30", "yesterday", "2026-01-30 10:00", "9999999", "' OR 1=1"])(
    "refuses the day %j over the API",
    (from) => {
      expect(entryQuery.safeParse({ from }).success).toBe(false);
    },
  );

  test.each([
    ["x"],
    [Buffer.from('["a","b","c"]').toString("base64url")],
    [Buffer.from('["2026-01-01","1 OR true","1"]').toString("base64url")],
    [Buffer.from('["2026-01-01","1"]').toString("base64url")],
  ])("refuses the cursor %j, which no page gave", (cursor) => {
    expect(entryQuery.safeParse({ cursor }).success).toBe(false);
  });

  test("refuses what PostgreSQL cannot hold", () => {
    expect(entryQuery.safeParse({ agent: "a\0b" }).success).toBe(false);
    expect(entryQuery.safeParse({ q: "a\0b" }).success).toBe(false);
  });
});
