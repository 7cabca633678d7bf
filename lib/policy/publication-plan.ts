import "server-only";

import { db, type Tx } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { type OwnedAgent, readAgentInputs } from "./agent-inputs";
import { type Change, diffPolicies, loosens, withContent } from "./diff";
import { contentOf, type PolicyDraftContent } from "./draft-content";
import { mergeDrafts } from "./merge-drafts";
import { checkedPolicy, lockPublishing } from "./publish";
import { type PolicySet, policySet } from "./schema";

/** What publishing a content would do now, against the version in force. */
export type PublicationPlan = {
  /** The version in force it was made for. */
  inForce: { id: string; number: number };
  /** The policy it would be: the content merged with what was published since its base. */
  set: PolicySet;
  content: PolicyDraftContent;
  changes: Change[];
  loosening: boolean;
  /** Agents that are answered more mildly somewhere. */
  gainingAgents: string[];
};

/**
 * @param from content, and the number of the version it is a change of
 * @throws AppError `conflict` with `details.conflicts` where the rules in force changed the same cells meanwhile;
 *         `invalid_request` with the sentences of validation; `state_changed` when nothing would change
 */
export async function planPublication(from: {
  content: PolicyDraftContent;
  baseVersion: number;
}): Promise<PublicationPlan> {
  const newest = await db.policyVersion.findFirst({ orderBy: { number: "desc" } });
  const base = await db.policyVersion.findUnique({ where: { number: from.baseVersion } });
  if (!newest || !base) throw new AppError("unavailable", "no policy was published yet");
  const current = policySet.parse(newest.content);
  const { merged, conflicts } = mergeDrafts(contentOf(policySet.parse(base.content)), from.content, contentOf(current));
  if (conflicts.length > 0) {
    throw new AppError(
      "conflict",
      `the rules in force changed meanwhile where this changes them too: ${conflicts[0]?.label}`,
      {
        details: { conflicts },
        fields: conflicts
          .slice(0, 20)
          .map(({ path, label }) => ({ path, message: `${label} was changed by another publication` })),
      },
    );
  }
  const set = checkedPolicy(withContent(current, merged));
  const agents = await readAgentInputs(db);
  const changes = diffPolicies(
    current,
    set,
    agents.map(({ input }) => input),
  );
  if (changes.length === 0) throw new AppError("state_changed", "the rules in force already say this");
  return {
    inForce: { id: newest.id, number: newest.number },
    set,
    content: contentOf(set),
    changes,
    loosening: loosens(changes),
    gainingAgents: [...new Set(changes.flatMap(({ gains }) => gains))].sort(),
  };
}

/** The plan was made for another version than the one in force: to be made again. */
export class PlanIsStale extends Error {}

/** Holds publishing until the end of the transaction. @throws PlanIsStale */
export async function holdPlan(tx: Tx, { inForce }: PublicationPlan): Promise<void> {
  await lockPublishing(tx);
  const newest = await tx.policyVersion.findFirst({ orderBy: { number: "desc" }, select: { id: true } });
  if (newest?.id !== inForce.id) throw new PlanIsStale();
}

/** Repeats what rests on a plan until nothing was published in between; five times at most. */
export async function withFreshPlan<Result>(run: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof PlanIsStale)) throw error;
      if (attempt === 5) throw new AppError("conflict", "others publish at this moment; try again");
    }
  }
}

/** Why a person may not be the second one, as a sentence; `null` when they may. */
export function whyNotSecond(
  personId: string,
  publication: { requestedById: string; authors: readonly string[]; gainingAgents: readonly string[] },
  agents: readonly Pick<OwnedAgent, "ownerId" | "backupOwnerId">[],
): string | null {
  if (personId === publication.requestedById) return "you asked for this change; what loosens takes a second person";
  if (publication.authors.includes(personId)) return "you wrote this change; what loosens takes a second person";
  if (agents.some(({ ownerId, backupOwnerId }) => ownerId === personId || backupOwnerId === personId))
    return "an agent you answer for may do more by this change; somebody else has to decide";
  return null;
}
