import fc from "fast-check";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { CardFacts } from "@/components/approvals/card-facts";
import { CardUnusual } from "@/components/approvals/card-unusual";
import { type CardRequest, makeCard } from "@/lib/approvals/card";
import type { ApprovalDetail, Card } from "@/lib/approvals/schema";
import type { Past } from "@/lib/approvals/unusual";
import type { Tool } from "@/lib/policy/schema";

const request: CardRequest = {
  id: "apr_00000000000000fzzz",
  decisionId: "dec_00000000000000fzzz",
  requestedAt: new Date("2026-11-22T10:00:00Z"),
  expiresAt: new Date("2026-11-22T11:00:00Z"),
  tool: "payments.transfer",
  effect: "financial",
  reversible: false,
  amount: "950.00",
  currency: "EUR",
  recipient: "DE1",
  quorum: 1,
  groups: [],
  actionDigest: new Uint8Array(32),
  policyHash: `sha256:${"a".repeat(64)}`,
  agent: { id: "agt_1", name: "Invoice agent", environment: "production", riskClass: "high" },
  owner: { id: "per_1", name: "Olga" },
};

const tool = {
  name: "payments.transfer",
  description: "Sends money",
  effect: "financial",
  reversible: false,
  argumentRoles: { amount: "/amount", currency: "/currency", recipient: "/to", url: "/url" },
} as unknown as Tool;

const pinnedArguments = { to: "DE1", amount: "950.00", currency: "EUR", url: "https://bank.example/pay" };
const past: Past = { similar: null, usedToolBefore: true, knownRecipients: [], amounts: null };

const facts = (card: Card) => {
  const approval = {
    ...card,
    agent: card.agent,
    owner: card.owner,
    resource: null,
  } as unknown as ApprovalDetail;
  return renderToStaticMarkup(<CardFacts approval={approval} card={card} />);
};

const hostile = fc.oneof(
  fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
  fc.constantFrom(
    "</dl><dt>Amount</dt><dd>1.00 EUR</dd>",
    "\u202e00.059 RUE",
    "Approved by Olga\u2028Amount: 1.00 EUR",
    "\u200b\u200b\u2066amount\u2069",
    "<script>alert(1)</script>",
    "x".repeat(20_000),
    '"><img src=https://evil.example onerror=alert(1)>',
  ),
);

test("T22 hostile text in any field never changes the pinned part of the card", () => {
  const plain = facts(makeCard(request, tool, { arguments: pinnedArguments }, past));
  const names = hostile.filter((name) => !Object.hasOwn(pinnedArguments, name) && name !== "__proto__");
  fc.assert(
    fc.property(
      fc.dictionary(names, hostile, { noNullPrototype: true }),
      fc.array(hostile),
      hostile,
      fc.dictionary(names, hostile, { noNullPrototype: true }),
      (more, reasoning, message, before) => {
        const content = {
          arguments: { ...more, ...pinnedArguments },
          context: { note: message },
          resource: { id: message },
          reasoning,
          findings: [{ layer: "tier", ruleId: message, effect: "approval", code: message, message }],
        };
        const similar = {
          approvalId: request.id,
          decisionId: request.decisionId,
          decidedAt: request.requestedAt,
          redeemed: true,
          content: { arguments: before },
        };
        const card = makeCard(request, tool, content, { ...past, similar });
        expect(facts(card)).toBe(plain);
      },
    ),
    { numRuns: 300 },
  );
});

test("T22 hostile text in what is unusual reaches the page as text, with every hidden character named", () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, (name, was, is) => {
      fc.pre(name !== "__proto__");
      const similar = {
        approvalId: request.id,
        decisionId: request.decisionId,
        decidedAt: request.requestedAt,
        redeemed: false,
        content: { arguments: { [name]: was } },
      };
      const card = makeCard({ ...request, recipient: is }, tool, { arguments: { [name]: is } }, { ...past, similar });
      const markup = renderToStaticMarkup(<CardUnusual card={card} />);
      expect(markup).not.toMatch(/<script|<img|<dl><dt>Amount/);
      expect(markup).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
    { numRuns: 300 },
  );
});
