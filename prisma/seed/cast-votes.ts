import "server-only";

import { currentCardDigest, review } from "@/lib/approvals/review";
import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db";
import { atSampleTime } from "@/lib/sample-time";
import { type AgentKey, sampleAgents } from "./agents";
import type { Ballot, Office, Session } from "./office";
import type { Random } from "./random";
import type { Act } from "./work";

const minute = 60_000;

/** Decides who will look at a request, when, and what they will say; some that nobody gets to. */
export async function callForVotes(office: Office, session: Session, act: Act, approvalId: string): Promise<void> {
  const asked = await db.approval.findUniqueOrThrow({
    where: { id: approvalId },
    select: { quorum: true, groups: true, codes: true, expiresAt: true },
  });
  const { random } = office;
  const unusual = asked.codes.some((code) => suspicious.has(code));
  const verdict = random.chance(unusual ? 0.8 : 0.08) ? ("deny" as const) : ("approve" as const);
  const at = inOfficeHours(session.at + delay(random, unusual ? 6 : 25));
  if (random.chance(0.04) || at > asked.expiresAt.getTime()) return;
  const voters = votersFor(office, session.agent, asked.quorum, asked.groups).slice(
    0,
    verdict === "deny" ? 1 : undefined,
  );
  let time = at;
  voters.forEach((voter, index) => {
    if (index > 0) time += delay(random, 14);
    const last = index === voters.length - 1;
    office.ballots.push({
      at: time,
      approvalId,
      voter,
      verdict,
      comment: commentOn(random, verdict, unusual),
      last,
      session,
      act,
    });
  });
}

/** Casts the votes that are due through the real review. */
export async function castVotes(office: Office, until: number): Promise<void> {
  const due = office.ballots.filter(({ at }) => at < until).sort((one, other) => one.at - other.at);
  office.ballots = office.ballots.filter(({ at }) => at >= until);
  for (const ballot of due) await atSampleTime(new Date(ballot.at), () => cast(office, ballot));
}

async function cast(
  office: Office,
  { at, approvalId, voter, verdict, comment, last, session, act }: Ballot,
): Promise<void> {
  const approval = await db.approval.findUniqueOrThrow({
    where: { id: approvalId },
    select: { status: true, expiresAt: true, stepUp: true },
  });
  if (approval.status !== "pending" || approval.expiresAt.getTime() <= at) return;
  // A passkey, which some rules ask for with an approval, is something only a real person has.
  if (approval.stepUp && verdict === "approve") return;
  const vote = { verdict, comment, seenDigest: await currentCardDigest(approvalId) };
  const result = await review(voter, approvalId, vote, { sampleAt: new Date(at) });
  const comesBack = office.random.chance(0.97);
  if (last && result.status === "approved" && comesBack) {
    office.redemptions.push({
      at: at + office.random.integer(1_000, 90_000),
      agent: session.agent,
      acts: [act],
      approvalId,
    });
  }
}

/** One of each group that is asked, then others of them, none of whom answers for the agent. */
function votersFor({ actors, random }: Office, agent: AgentKey, quorum: number, groups: readonly string[]): Actor[] {
  const { owner, profile } = sampleAgents[agent];
  const free = Object.entries(actors)
    .filter(([key, actor]) => key !== owner && key !== profile.backupOwner && actor.roles.includes("approver"))
    .map(([, actor]) => actor);
  const inOrder = random
    .shuffle(free)
    .filter((actor) => groups.length === 0 || actor.groups.some((group) => groups.includes(group)));
  const chosen = new Set<Actor>();
  for (const group of groups) {
    const one = inOrder.find((actor) => actor.groups.includes(group) && !chosen.has(actor));
    if (one) chosen.add(one);
  }
  for (const actor of inOrder) if (chosen.size < quorum) chosen.add(actor);
  return [...chosen];
}

/** The first moment from `at` on at which somebody is at work: weekdays, 7 to 17 UTC. */
function inOfficeHours(at: number): number {
  for (let time = at; ; time += 30 * minute) {
    const date = new Date(time);
    if (![0, 6].includes(date.getUTCDay()) && date.getUTCHours() >= 7 && date.getUTCHours() < 17) return time;
  }
}

/** Mostly soon, sometimes much later: milliseconds around a median in minutes. */
function delay(random: Random, median: number): number {
  return median * minute * Math.exp(1.1 * (random.next() + random.next() + random.next() - 1.5));
}

/** Reasons after which people mostly say no. */
const suspicious = new Set([
  "guardrail.secrets-leave",
  "guardrail.unknown-links",
  "mandate.recipient_unknown",
  "agent.orphaned",
]);

const agreed = [
  "Checked against the order.",
  "Matches what we agreed.",
  "Fine for this amount.",
  "Spoke to the team, go ahead.",
  undefined,
  undefined,
  undefined,
];
const refused = [
  "Not without an order number.",
  "Too much for one step, split it.",
  "We wait until next month.",
  "Already settled another way.",
];
const refusedUnusual = [
  "We do not know this recipient.",
  "We never send this out.",
  "This address is not ours.",
  "Nobody here ordered this.",
];

function commentOn(random: Random, verdict: "approve" | "deny", unusual: boolean): string | undefined {
  if (verdict === "approve") return random.pick(agreed);
  return random.pick(unusual ? refusedUnusual : refused);
}
