import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { engine, mandate, policy, principal, tool } from "./testdata/build";
import type { Evaluation } from "./types";

/** The worked example of docs/policy-for-owners.md, asked of the engine. Its table is written here and compared with the page. */

const transfer = tool({
  name: "payments.transfer",
  effect: "financial",
  currency: "EUR",
  argumentRoles: { amount: "/amount", recipient: "/to" },
});
const remove = tool({ name: "invoices.delete", effect: "destructive" });
const granted = mandate({
  tools: ["payments.transfer", "invoices.delete"],
  recipients: ["*@paper-and-co.example"],
  budgets: [{ window: "day", amount: "20000.00", currency: "EUR" }],
});
const { ask } = engine(policy({ tools: [transfer, remove] }), principal({ tier: "T3" }), granted);
const pay = (amount: string, to = "billing@paper-and-co.example") => ({
  tool: "payments.transfer",
  arguments: { amount, to },
});

const rows = [
  ["pays 480.00 EUR to the paper supplier", ask(pay("480.00"))],
  ["pays 480.00 EUR to somebody new", ask(pay("480.00", "sales@unknown.example"))],
  ["pays 500.01 EUR to the paper supplier", ask(pay("500.01"))],
  ["pays 12000.00 EUR to the paper supplier", ask(pay("12000.00"))],
  ["pays 50000.01 EUR to the paper supplier", ask(pay("50000.01"))],
  ["deletes an invoice", ask({ tool: "invoices.delete" })],
  ["sends mail", ask({ tool: "mail.send" })],
] as const;

/** What decided: of an allow, what the tier says. */
const reason = ({ outcome, reasons }: Evaluation) =>
  (outcome === "allow" ? reasons.find(({ layer }) => layer === "tier") : reasons[0])?.message;

test("every number of the owner's page is what the engine answers", () => {
  const words = { allow: "done at once", approval_required: "asked", deny: "refused" };
  const table = rows.map(([what, answer]) => `| ${what} | ${words[answer.outcome]} | ${reason(answer)} |`);
  const page = readFileSync(new URL("../../docs/policy-for-owners.md", import.meta.url), "utf8");
  for (const line of table) expect(page).toContain(line);
  expect(page.match(/^\| (?:pays|deletes|sends)/gm)).toHaveLength(rows.length);
});
