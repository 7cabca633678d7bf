import fc from "fast-check";
import { expect, test } from "vitest";
import { returnPath } from "./return-path";

test("T50 a callback URL that leaves the site leads to the overview instead", () => {
  const hostile = [
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "https:evil.example",
    "https://evil.example/",
    "http:/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    " //evil.example",
    "/ /evil.example",
    "/.//evil.example",
    "/a/..//evil.example",
    "/..//evil.example",
    "@evil.example",
    "evil.example",
    "?to=//evil.example",
    "",
    `/${"a".repeat(3000)}`,
    null,
    undefined,
    7,
    ["/inbox"],
    { toString: () => "/inbox" },
  ];
  for (const text of hostile) expect(returnPath(text), String(text)).toBe("/");
});

test("a path of this site is kept, with its query and fragment", () => {
  for (const path of [
    "/",
    "/inbox",
    "/agents/agt_1?tab=keys#top",
    "/audit?q=%2F%2Fevil.example",
    "/settings/people?sort=-name",
  ]) {
    expect(returnPath(path)).toBe(path);
  }
});

test("signing in never leads back to the sign-in pages or to an endpoint", () => {
  for (const path of ["/sign-in", "/sign-in?to=/inbox", "/welcome/abc", "/api/auth/signout"])
    expect(returnPath(path)).toBe("/");
  expect(returnPath("/sign-in-report")).toBe("/sign-in-report");
});

test("T50 whatever the text, a browser stays on this origin", () => {
  const site = "https://countersign.example";
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.string().map((rest) => `/${rest}`),
      ),
      (text) => {
        expect(new URL(returnPath(text), site).origin).toBe(site);
      },
    ),
    { numRuns: 5000 },
  );
});
