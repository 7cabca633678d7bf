import "server-only";

import { type Author, type ControlChange, changeControl, type Event } from "@/lib/audit/append";
import { db, type Tx } from "@/lib/db";
import { AppError } from "@/lib/errors";
import type { Prisma } from "@/lib/generated/prisma/client";
import { newId } from "@/lib/ids";
import { sampleTime } from "@/lib/sample-time";
import { sameValue } from "./cells";
import { defaultPolicySet } from "./defaults";
import { contentOf } from "./draft-content";
import { policyHash } from "./hash";
import { type PolicySet, policySet } from "./schema";
import { validatePolicySet } from "./validate";

/** A published policy: immutable, and the newest one decides. */
export type PublishedPolicy = { id: string; number: number; hash: string };

/** What publishing adds to a control change: put both into what the change returns. Both are empty when the policy in force already says the same. */
export type Publication = { version: PublishedPolicy; changes: ControlChange[]; events: Event[] };

/**
 * Publishes the next policy version, alone in its control change. When it returns, every process decides by it.
 * @param author who the entry names
 * @param note   one sentence for the version history; goes to the encrypted payload too
 * @param change the policy as it is → as it shall be; own rows may be written with `tx`
 * @throws AppError `invalid_request` with the sentences of `validatePolicySet`; `state_changed` when nothing would change
 */
export async function publishPolicy(
  author: Author,
  note: string,
  change: (set: PolicySet, tx: Tx) => PolicySet | Promise<PolicySet>,
): Promise<PublishedPolicy> {
  return changeControl(author, async (tx) => {
    const publication = await publishWithin(tx, author, note, change);
    if (publication.changes.length === 0) throw new AppError("state_changed", "the policy in force already says this");
    return { result: publication.version, changes: publication.changes, events: publication.events };
  });
}

/**
 * The same inside a control change of the caller, so that a catalogue change or an import of many tools is one version and one move of the epoch.
 * @param publicationId what carries a person's change of the rules; the catalogue alone needs none
 * @returns the version in force afterwards; without changes and events when the set comes out as it was
 * @throws AppError as `publishPolicy`
 */
export async function publishWithin(
  tx: Tx,
  author: Author,
  note: string,
  change: (set: PolicySet, tx: Tx) => PolicySet | Promise<PolicySet>,
  publicationId?: string,
): Promise<Publication> {
  await lockPublishing(tx);
  const newest = await newestVersion(tx);
  if (!newest) throw new AppError("unavailable", "no policy was published yet");
  const before = policySet.parse(newest.content);
  const wanted = checkedPolicy(await change(before, tx));
  // What a change of the catalogue leaves alone stays as it was stored, also when a newer program would write it otherwise.
  const set = sameValue(contentOf(wanted), contentOf(before))
    ? ({ ...(newest.content as PolicySet), tools: wanted.tools } satisfies PolicySet)
    : wanted;
  if (policyHash(set) === newest.hash)
    return { version: { id: newest.id, number: newest.number, hash: newest.hash }, changes: [], events: [] };
  return store(tx, author, note, newest.number + 1, set, publicationId);
}

/**
 * Publishes the default policy as version 1 when there is none. Safe to call at every start, by several processes at once.
 * @returns the newest version
 */
export async function ensurePolicy(author: Author): Promise<PublishedPolicy> {
  const found = await newestVersion(db);
  if (found) return { id: found.id, number: found.number, hash: found.hash };
  try {
    return await changeControl(author, async (tx) => {
      await lockPublishing(tx);
      if (await newestVersion(tx)) throw new AppError("conflict", "another process published first");
      const { version, changes, events } = await store(
        tx,
        author,
        "The policy Countersign comes with",
        1,
        checkedPolicy(defaultPolicySet()),
      );
      return { result: version, changes, events };
    });
  } catch (error) {
    if (error instanceof AppError && error.code === "conflict") return ensurePolicy(author);
    throw error;
  }
}

/** One publisher at a time; the role of the server may not lock rows of immutable versions. */
export async function lockPublishing(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(43)`;
}

function newestVersion(tx: Tx) {
  return tx.policyVersion.findFirst({ orderBy: { number: "desc" } });
}

/** @throws AppError `invalid_request` naming each rule that was broken */
export function checkedPolicy(candidate: PolicySet): PolicySet {
  const parsed = policySet.safeParse(candidate);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new AppError("invalid_request", `the policy is not valid at \`${issue?.path.join("/")}\`: ${issue?.message}`);
  }
  const problems = validatePolicySet(parsed.data).filter((problem) => problem.severity === "error");
  if (problems.length > 0) {
    throw new AppError("invalid_request", problems[0]?.message ?? "the policy is not valid", {
      fields: problems.slice(0, 20).map(({ path, message }) => ({ path, message })),
    });
  }
  return parsed.data;
}

async function store(
  tx: Tx,
  author: Author,
  note: string,
  number: number,
  set: PolicySet,
  publicationId?: string,
): Promise<Publication> {
  const version = { id: newId("pol"), number, hash: policyHash(set) };
  await tx.policyVersion.create({
    data: {
      ...version,
      createdAt: sampleTime(),
      content: set as Prisma.InputJsonObject,
      note,
      createdById: author === "system" ? null : author.personId,
      publicationId: publicationId ?? null,
    },
  });
  return {
    version,
    changes: [{ kind: "policy", ref: version.id }],
    events: [{ kind: "policy_activated", ref: version.id, policyHash: version.hash, payload: { number, note } }],
  };
}
