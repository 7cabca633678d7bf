import { expect, test } from "vitest";
import { nextSort, parseSort } from "./sort";

const columns = ["name", "createdAt"] as const;
const fallback = { by: "createdAt", direction: "desc" } as const;

test("only an allowed column can be sorted by, whatever the URL says", () => {
  expect(parseSort("name", columns, fallback)).toEqual({ by: "name", direction: "asc" });
  expect(parseSort("-name", columns, fallback)).toEqual({ by: "name", direction: "desc" });
  expect(parseSort(["-name", "x"], columns, fallback)).toEqual({ by: "name", direction: "desc" });
  for (const text of [undefined, "", "-", "--name", "password", "name;drop"])
    expect(parseSort(text, columns, fallback)).toEqual(fallback);
});

test("pressing a header again turns the order around", () => {
  expect(nextSort("name", fallback, "asc")).toBe("name");
  expect(nextSort("name", { by: "name", direction: "asc" }, "asc")).toBe("-name");
  expect(nextSort("createdAt", fallback, "desc")).toBe("createdAt");
});
