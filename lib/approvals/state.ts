// One approval request and the votes on it: who may vote, what a vote changes, when it ends. The only place that decides these.
// Knows no database, no clock and no screen. The database holds the same rules once more (migration `approval_guards`).

export const approvalStatuses = ["pending", "approved", "denied", "expired", "voided", "consumed"] as const;
export type ApprovalStatus = (typeof approvalStatuses)[number];

export const verdicts = ["approve", "deny"] as const;
export type Verdict = (typeof verdicts)[number];

/** Why a person has too much of a stake in a request to judge it. */
export const stakes = ["own_request", "own_agent", "issued_credential", "published_policy"] as const;
export type Stake = (typeof stakes)[number];

/** Why a vote is not taken. */
export type VoteRefusal = "already_decided" | "expired" | Stake | "not_eligible" | "already_reviewed";

export type ApprovalState = {
  status: ApprovalStatus;
  /** Different people who must approve, at least 1. */
  quorum: number;
  /** Keys of the groups that must each be represented among those who approve; none means any approver. */
  groups: readonly string[];
  expiresAt: Date;
  /** Who may never vote on it, and why. */
  stakeholders: readonly { personId: string; stake: Stake }[];
};

/** `groups` are those the person was in when voting. */
export type Vote = { personId: string; verdict: Verdict; groups: readonly string[] };

export type Progress = { granted: number; required: number; missingGroups: string[] };

export type Applied =
  | { ok: true; status: "pending" | "approved" | "denied"; progress: Progress }
  | { ok: false; reason: VoteRefusal };

/** What the request becomes with one more vote. The first denial decides; approval needs the quorum and every group. */
export function applyVote(approval: ApprovalState, votes: readonly Vote[], vote: Vote, now: Date): Applied {
  const reason = refusalOf(approval, votes, vote, now);
  if (reason) return { ok: false, reason };
  const progress = progressOf(approval, [...votes, vote]);
  if (vote.verdict === "deny") return { ok: true, status: "denied", progress };
  const carried = progress.granted >= progress.required && progress.missingGroups.length === 0;
  return { ok: true, status: carried ? "approved" : "pending", progress };
}

/** Why this person may not vote now, or null. INVARIANT (expiry fails closed): at `expiresAt` it is over. */
export function refusalOf(
  approval: ApprovalState,
  votes: readonly Vote[],
  voter: Pick<Vote, "personId" | "groups">,
  now: Date,
): VoteRefusal | null {
  if (statusAt(approval, now) === "expired") return "expired";
  if (approval.status !== "pending") return "already_decided";
  const held = approval.stakeholders.find((holder) => holder.personId === voter.personId);
  if (held) return held.stake;
  if (approval.groups.length > 0 && !approval.groups.some((group) => voter.groups.includes(group)))
    return "not_eligible";
  if (votes.some((vote) => vote.personId === voter.personId)) return "already_reviewed";
  return null;
}

/** How far the request is: distinct people who approved, and required groups that nobody of them was in. */
export function progressOf(approval: Pick<ApprovalState, "quorum" | "groups">, votes: readonly Vote[]): Progress {
  const approvals = votes.filter((vote) => vote.verdict === "approve");
  return {
    granted: new Set(approvals.map((vote) => vote.personId)).size,
    required: approval.quorum,
    missingGroups: approval.groups.filter((group) => !approvals.some((vote) => vote.groups.includes(group))),
  };
}

/** The status at a moment: what nobody answered, or nobody redeemed, is expired from `expiresAt` on, closed by a job or not. */
export function statusAt(approval: Pick<ApprovalState, "status" | "expiresAt">, now: Date): ApprovalStatus {
  const open = approval.status === "pending" || approval.status === "approved";
  return open && approval.expiresAt.getTime() <= now.getTime() ? "expired" : approval.status;
}

/** A refusal as a sentence for the person who cannot vote. */
export function refusalSentence(reason: VoteRefusal): string {
  return sentences[reason];
}

const sentences: Record<VoteRefusal, string> = {
  already_decided: "this request is already decided",
  expired: "this request has expired; the agent has to ask again",
  own_request: "you asked for this yourself, so somebody else has to decide",
  own_agent: "you own or back up this agent, so somebody else has to decide",
  issued_credential: "you issued this agent's credential, so somebody else has to decide",
  published_policy: "you published the policy that opened this request, so somebody else has to decide",
  not_eligible: "only members of the groups this rule names can decide",
  already_reviewed: "you have already voted on this request",
};
