import type { z } from "zod";
import { policySet } from "./schema";

/** What a draft holds: the policy set without the catalogue, which is changed tool by tool and not by publishing a draft. */
export const policyDraftContent = policySet.omit({ version: true, tools: true });
export type PolicyDraftContent = z.infer<typeof policyDraftContent>;

/** The part of a policy set that a draft holds. */
export function contentOf({ tiers, guardrails, escalation, rates, lists }: PolicyDraftContent): PolicyDraftContent {
  return {
    tiers,
    guardrails,
    escalation,
    ...(rates === undefined ? {} : { rates }),
    ...(lists === undefined ? {} : { lists }),
  };
}
