import "server-only";

import { db } from "@/lib/db";
import { readAgentInputs } from "./agent-inputs";
import { type Change, diffPolicies, withContent } from "./diff";
import type { PolicyDraftContent } from "./draft-content";
import { currentPolicy } from "./queries";

/** What would change about the policy in force if these rules were published now. Publishing classifies again. */
export async function changesTo(content: PolicyDraftContent): Promise<Change[]> {
  const [{ content: inForce }, agents] = await Promise.all([currentPolicy(), readAgentInputs(db)]);
  return diffPolicies(
    inForce,
    withContent(inForce, content),
    agents.map(({ input }) => input),
  );
}
