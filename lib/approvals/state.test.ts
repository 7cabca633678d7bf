import fc from "fast-check";
import { expect, test } from "vitest";
import { type ApprovalState, applyVote, progressOf, refusalOf, stakes, statusAt, type Vote, verdicts } from "./state";

const now = new Date("2026-11-22T10:00:00Z");
const later = new Date("2026-11-22T12:00:00Z");

function pending(changes: Partial<ApprovalState> = {}): ApprovalState {
  return { status: "pending", quorum: 1, groups: [], expiresAt: later, stakeholders: [], ...changes };
}

const approve = (personId: string, groups: string[] = []): Vote => ({ personId, verdict: "approve", groups });
const deny = (personId: string, groups: string[] = []): Vote => ({ personId, verdict: "deny", groups });

test("one approval carries a quorum of one", () => {
  expect(applyVote(pending(), [], approve("a"), now)).toMatchObject({ ok: true, status: "approved" });
});

test("a quorum of two needs two people", () => {
  const approval = pending({ quorum: 2 });
  expect(applyVote(approval, [], approve("a"), now)).toMatchObject({ ok: true, status: "pending" });
  expect(applyVote(approval, [approve("a")], approve("b"), now)).toMatchObject({ ok: true, status: "approved" });
});

test("T24 a person cannot vote twice, not even with another verdict", () => {
  const approval = pending({ quorum: 2 });
  expect(applyVote(approval, [approve("a")], approve("a"), now)).toEqual({ ok: false, reason: "already_reviewed" });
  expect(applyVote(approval, [approve("a")], deny("a"), now)).toEqual({ ok: false, reason: "already_reviewed" });
});

test("each required group is represented, however many people of one group approve", () => {
  const approval = pending({ quorum: 2, groups: ["finance", "legal"] });
  const votes = [approve("a", ["finance"])];
  expect(applyVote(approval, votes, approve("b", ["finance"]), now)).toMatchObject({
    status: "pending",
    progress: { granted: 2, missingGroups: ["legal"] },
  });
  expect(applyVote(approval, votes, approve("b", ["legal"]), now)).toMatchObject({ status: "approved" });
});

test("somebody outside the named groups cannot vote", () => {
  expect(applyVote(pending({ groups: ["finance"] }), [], approve("a", ["sales"]), now)).toEqual({
    ok: false,
    reason: "not_eligible",
  });
});

test("the first denial decides", () => {
  expect(applyVote(pending({ quorum: 3 }), [approve("a"), approve("b")], deny("c"), now)).toMatchObject({
    ok: true,
    status: "denied",
  });
});

test("T31 at the moment of expiry nobody can approve", () => {
  const approval = pending({ expiresAt: now });
  expect(applyVote(approval, [], approve("a"), now)).toEqual({ ok: false, reason: "expired" });
  expect(statusAt(approval, now)).toBe("expired");
  expect(statusAt({ status: "approved", expiresAt: now }, now)).toBe("expired");
  expect(statusAt({ status: "consumed", expiresAt: now }, later)).toBe("consumed");
});

test.each(stakes)("T24 a person with the stake %s cannot vote, whatever groups they are in", (stake) => {
  const approval = pending({ groups: ["finance"], stakeholders: [{ personId: "a", stake }] });
  expect(applyVote(approval, [], approve("a", ["finance"]), now)).toEqual({ ok: false, reason: stake });
  expect(applyVote(approval, [], deny("a", ["finance"]), now)).toEqual({ ok: false, reason: stake });
});

test.each([
  ["approved", "already_decided"],
  ["denied", "already_decided"],
  ["voided", "already_decided"],
  ["consumed", "already_decided"],
  ["expired", "expired"],
] as const)("a request that is %s takes no vote", (status, reason) => {
  expect(applyVote(pending({ status }), [], approve("a"), now)).toEqual({ ok: false, reason });
});

const people = ["a", "b", "c", "d", "e", "f"];
const groupKeys = ["finance", "legal", "security"];
const anyApproval = fc.record({
  quorum: fc.integer({ min: 1, max: 4 }),
  groups: fc.subarray(groupKeys),
  stakeholders: fc.array(fc.record({ personId: fc.constantFrom(...people), stake: fc.constantFrom(...stakes) }), {
    maxLength: 3,
  }),
});
const anyVotes = fc.array(
  fc.record({
    personId: fc.constantFrom(...people),
    verdict: fc.constantFrom(...verdicts),
    groups: fc.subarray(groupKeys),
  }),
  { maxLength: 16 },
);

/** Plays votes one after the other, as `review` does. */
function play(start: ApprovalState, attempts: readonly Vote[], at: Date): { state: ApprovalState; taken: Vote[] } {
  let state = start;
  const taken: Vote[] = [];
  for (const attempt of attempts) {
    const applied = applyVote(state, taken, attempt, at);
    if (!applied.ok) continue;
    taken.push(attempt);
    state = { ...state, status: applied.status };
  }
  return { state, taken };
}

test("T24 whatever is tried, an approval rests on a quorum of different, disinterested people of every group and no denial", () => {
  fc.assert(
    fc.property(anyApproval, anyVotes, (shape, attempts) => {
      const start = pending(shape);
      const { state, taken } = play(start, attempts, now);
      expect(new Set(taken.map((vote) => vote.personId)).size).toBe(taken.length);
      for (const vote of taken) {
        expect(start.stakeholders.some((holder) => holder.personId === vote.personId)).toBe(false);
        expect(start.groups.length === 0 || start.groups.some((group) => vote.groups.includes(group))).toBe(true);
      }
      const approvals = taken.filter((vote) => vote.verdict === "approve");
      const carried =
        approvals.length >= start.quorum &&
        start.groups.every((group) => approvals.some((vote) => vote.groups.includes(group)));
      expect(state.status).toBe(
        taken.some((vote) => vote.verdict === "deny") ? "denied" : carried ? "approved" : "pending",
      );
    }),
    { numRuns: 2000 },
  );
});

test("T31 after expiry no sequence of votes changes anything", () => {
  fc.assert(
    fc.property(anyApproval, anyVotes, fc.integer({ min: 0, max: 1e10 }), (shape, attempts, after) => {
      const { state, taken } = play(pending(shape), attempts, new Date(later.getTime() + after));
      expect(state.status).toBe("pending");
      expect(taken).toEqual([]);
    }),
  );
});

test("progress never counts more people than have approved, and a refusal is the same as what applying says", () => {
  fc.assert(
    fc.property(anyApproval, anyVotes, anyVotes, (shape, attempts, more) => {
      const { state, taken } = play(pending(shape), attempts, now);
      const progress = progressOf(state, taken);
      expect(progress.granted).toBe(
        new Set(taken.filter((vote) => vote.verdict === "approve").map((vote) => vote.personId)).size,
      );
      for (const vote of more) {
        const applied = applyVote(state, taken, vote, now);
        expect(refusalOf(state, taken, vote, now)).toBe(applied.ok ? null : applied.reason);
      }
    }),
  );
});
