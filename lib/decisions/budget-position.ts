import "server-only";

import type { BudgetLine, BudgetPosition } from "@/lib/approvals/budget-line";
import { readApproval, readContent } from "@/lib/approvals/rows";
import { statusAt } from "@/lib/approvals/state";
import { mayReadContent, maySee } from "@/lib/approvals/visible";
import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db";
import { notFound } from "@/lib/errors";
import { formatAmount } from "@/lib/money";
import { slotsCounted } from "@/lib/policy/budget-windows";
import { evaluate } from "@/lib/policy/evaluate";
import { refreshSnapshot, snapshot, snapshotIsStale } from "@/lib/policy/snapshot";
import type { BudgetCharge } from "@/lib/policy/types";
import { policyRequest } from "./attributes";
import { counterKey } from "./commit";
import { decisionRequest } from "./schema";

/**
 * Where the budgets of the agent stand now, and where they would if a waiting request were carried out now: by the policy in force, as when it is
 * redeemed. Moves with every call of the agent, so it is no part of the sealed card.
 * @returns null when the request waits for nobody, its content is gone, or the agent can no longer ask
 * @throws AppError `not_found` for a request that does not exist or may not be read
 */
export async function budgetPosition(actor: Actor, approvalId: string): Promise<BudgetPosition | null> {
  const content = await readContent(approvalId);
  const approval = await readApproval(db, approvalId, content);
  if (!approval || !maySee(actor, approval) || !mayReadContent(actor, approval)) throw notFound();
  const status = statusAt(approval.state, approval.now);
  if (typeof content === "string" || (status !== "pending" && status !== "approved")) return null;
  const live = (await snapshotIsStale()) ? await refreshSnapshot() : await snapshot();
  const agent = live.agents.get(approval.agentId);
  const input = decisionRequest.safeParse({
    tool: approval.tool,
    arguments: content.arguments,
    ...(content.resource ? { resource: content.resource } : {}),
    ...(content.context ? { context: content.context } : {}),
  }).data;
  if (!agent || !input) return null;
  const { outcome, reasons, budgets } = evaluate(policyRequest(agent, input), agent.compiled, approval.now.getTime());
  const sums = await readSums(budgets, approval.now);
  return {
    refusedBecause: outcome === "deny" ? (reasons[0]?.message ?? null) : null,
    lines: budgets.map((charge, index) => lineOf(charge, sums[index] ?? { spent: 0n, used: 0 })),
  };
}

type Sum = { spent: bigint; used: number };

/** What each counter holds in its window, as `audit.take_budgets` sums it; in the order of the charges. */
async function readSums(charges: readonly BudgetCharge[], now: Date): Promise<Sum[]> {
  const asked = charges.map((charge, place) => ({
    place,
    key: counterKey(charge),
    window: charge.window,
    oldest: Math.floor(now.getTime() / 1000 / charge.slotSeconds) - slotsCounted(charge.window),
  }));
  const rows = await db.$queryRaw<{ place: number; spent: string; used: number }[]>`
    SELECT x.place, coalesce(sum(u.a), 0)::text AS spent, coalesce(sum(u.k), 0)::int AS used
      FROM jsonb_to_recordset(${JSON.stringify(asked)}::jsonb) x(place int, key text, "window" text, oldest bigint)
      JOIN budget_usage b ON b.key = x.key AND b."window" = x."window"
      CROSS JOIN LATERAL unnest(b.amounts, b.counts) WITH ORDINALITY u(a, k, i)
     WHERE b.head - (u.i - 1) > x.oldest
     GROUP BY x.place`;
  const sums: Sum[] = charges.map(() => ({ spent: 0n, used: 0 }));
  for (const { place, spent, used } of rows) sums[place] = { spent: BigInt(spent), used };
  return sums;
}

function lineOf(charge: BudgetCharge, { spent, used }: Sum): BudgetLine {
  const { currency, amountLimitMinor, amountMinor, countLimit, count } = charge;
  const money =
    currency === null || amountLimitMinor === null
      ? null
      : {
          currency,
          spent: formatAmount(spent, currency),
          after: formatAmount(spent + amountMinor, currency),
          limit: formatAmount(amountLimitMinor, currency),
          spentShare: share(spent, amountLimitMinor),
          afterShare: share(spent + amountMinor, amountLimitMinor),
          exceeds: spent + amountMinor > amountLimitMinor,
        };
  const calls =
    countLimit === null
      ? null
      : {
          spent: used,
          after: used + count,
          limit: countLimit,
          spentShare: share(BigInt(used), BigInt(countLimit)),
          afterShare: share(BigInt(used + count), BigInt(countLimit)),
          exceeds: used + count > countLimit,
        };
  return {
    ruleId: charge.ruleId,
    scope: charge.scope,
    window: charge.window,
    counterparty: charge.counterparty,
    money,
    calls,
  };
}

/** Percent of the limit, 0 to 100. */
function share(part: bigint, limit: bigint): number {
  if (limit === 0n) return 100;
  const percent = Number((part * 100n) / limit);
  return Math.min(100, Math.max(0, percent));
}
