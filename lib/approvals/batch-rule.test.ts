import { expect, test } from "vitest";
import { type BatchItem, batchRefusal } from "./batch-rule";
import { makeCard } from "./card";
import type { Card } from "./schema";

const plain = makeCard(
  {
    id: "apr_000000000000000000",
    decisionId: "dec_000000000000000000",
    requestedAt: new Date(0),
    expiresAt: new Date(1),
    tool: "payments.transfer",
    effect: "financial",
    reversible: true,
    amount: "900.00",
    currency: "EUR",
    recipient: "DE89370400440532013000",
    quorum: 1,
    groups: [],
    actionDigest: new Uint8Array(32),
    policyHash: `sha256:${"a".repeat(64)}`,
    agent: { id: "agt_1", name: "Payer", environment: "production", riskClass: "limited" },
    owner: { id: "per_1", name: "Olga" },
  },
  null,
  {
    arguments: { amount: "900.00" },
    findings: [
      {
        layer: "tier",
        ruleId: "T3",
        effect: "approval",
        code: "tier.approval_threshold",
        message: "a person is asked",
      },
      { layer: "mandate", ruleId: "tools", effect: "allow", code: "mandate.tool", message: "it may use this" },
    ],
  },
);

const other = "apr_000000000000000001";
const item = (change: Partial<Card> = {}, stepUp = false): BatchItem => ({ card: { ...plain, ...change }, stepUp });
const finding = (code: string) => [{ layer: "x", ruleId: "x", effect: "approval", code, message: "x" }];

test("requests for the same tool, class and currency, each small, are decided together", () => {
  expect(batchRefusal([item(), item({ approvalId: other, amount: "1000.00" })])).toBeNull();
  expect(batchRefusal([{ effect: "write", amount: null, currency: null } as const].map((one) => item(one)))).toBeNull();
});

test.each<[string, Partial<Card>, string]>([
  ["destroys", { effect: "destructive" }, "destructive"],
  ["administers", { effect: "admin" }, "admin"],
  ["runs code", { effect: "code" }, "code"],
  ["has an effect that is not known here", { effect: "launch" }, "launch"],
  ["cannot be undone", { reversible: false }, "cannot be undone"],
  ["asks for two people", { quorum: 2 }, "2 people"],
  ["is of an agent of high risk", { agent: { ...plain.agent, riskClass: "high" } }, "high risk"],
  ["cannot be shown", { content: "altered" }, "cannot be shown"],
  ["was erased", { content: "erased" }, "cannot be shown"],
  ["a guardrail asked about", { findings: finding("guardrail.new_recipient") }, "more than its tier"],
  [
    "a tier asked about because nothing is known of it",
    { findings: finding("tier.target_unknown") },
    "more than its tier",
  ],
  ["nobody knows why it asks", { findings: [] }, "more than its tier"],
  ["moves a cent too much", { amount: "1000.01" }, "more than 1000.00 EUR"],
  ["moves an amount that is no number", { amount: "9e2" }, "cannot be read"],
  ["moves an amount with a sign", { amount: "-900.00" }, "cannot be read"],
  ["moves money without an amount", { amount: null }, "no amount"],
  ["moves another currency without a limit", { currency: "KWD" }, "not in EUR"],
  ["names no currency", { currency: null }, "not in EUR"],
  ["names a member of every object as its currency", { currency: "constructor" }, "cannot be read"],
  ["is for another tool", { tool: "payments.schedule" }, "another tool"],
  ["has another effect", { effect: "write" }, "another effect"],
  ["is in another currency", { currency: "USD" }, "another currency"],
  ["is in another environment", { agent: { ...plain.agent, environment: "staging" } }, "another environment"],
])("T30 one request that %s refuses the whole batch, in any place", (_, change, because) => {
  const odd = item({ approvalId: other, ...change });
  expect(batchRefusal([item(), item(), odd])).toMatchObject({ id: other, because: expect.stringContaining(because) });
  expect(batchRefusal([item(), odd, item()])).not.toBeNull();
  expect(batchRefusal([odd, item()])).not.toBeNull();
});

test("T30 a request that asks for a passkey signature refuses the whole batch", () => {
  expect(batchRefusal([item(), item({ approvalId: other }, true)])).toMatchObject({
    id: other,
    because: expect.stringContaining("passkey"),
  });
});
