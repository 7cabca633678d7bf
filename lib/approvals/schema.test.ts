import { expect, test } from "vitest";
import { fromUrl } from "@/lib/http/from-url";
import { inboxQuery, inboxToUrl, voteInput } from "./schema";

const seenDigest = `sha256:${"0".repeat(64)}`;

test("a denial needs a reason, an approval does not", () => {
  expect(voteInput.safeParse({ verdict: "approve", seenDigest }).success).toBe(true);
  expect(voteInput.safeParse({ verdict: "deny", seenDigest, comment: "  " }).error?.issues[0]?.path).toEqual([
    "comment",
  ]);
  expect(voteInput.safeParse({ verdict: "deny", seenDigest, comment: "wrong supplier" }).success).toBe(true);
});

test.each([
  { verdict: "maybe" },
  { seenDigest: "sha256:12" },
  { extra: 1 },
  { seenDigest: { not: "" } },
  { verdict: ["approve"] },
])("a vote that is malformed is refused: %j", (change) => {
  expect(voteInput.safeParse({ verdict: "approve", seenDigest, ...change }).success).toBe(false);
});

test("a view survives the way through the URL, and nonsense in the URL gives the plain inbox", () => {
  const query = inboxQuery.parse({ status: "all", mine: "true", sort: "-amount", q: "a&b=c" });
  expect(fromUrl(inboxQuery, Object.fromEntries(new URLSearchParams(inboxToUrl(query))))).toEqual(query);
  expect(inboxToUrl(inboxQuery.parse({}))).toBe("");
  expect(fromUrl(inboxQuery, { status: "nonsense", utm: "x" })).toEqual(inboxQuery.parse({}));
});
