import { expect, test } from "vitest";
import { shortenMiddle } from "./shorten-middle";

test("an id keeps its prefix and both ends, so that two ids made in the same second still differ", () => {
  expect(shortenMiddle("dec_01jx4q7h2n8v5c3m9b6k1fzzzz")).toBe("dec_01jx4q…1fzzzz");
  expect(shortenMiddle(`sha256:${"a".repeat(58)}bcdef0`)).toBe("sha256:aaaaaa…bcdef0");
});

test("what would not become shorter is left whole, and `keep` 0 never shortens", () => {
  expect(shortenMiddle("agt_0123456789abc")).toBe("agt_0123456789abc");
  expect(shortenMiddle("agt_0123456789abcdef", 0)).toBe("agt_0123456789abcdef");
});
