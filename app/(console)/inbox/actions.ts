"use server";

import { askStepUp } from "@/lib/approvals/ask-step-up";
import { batchParams, batchVoteInput } from "@/lib/approvals/batch-schema";
import { addComment } from "@/lib/approvals/comments";
import { review } from "@/lib/approvals/review";
import { readBatch, reviewBatch } from "@/lib/approvals/review-batch";
import { approvalParams, commentInput, voteInput } from "@/lib/approvals/schema";
import { action } from "@/lib/auth/edge";

export const castVote = action(
  { permission: "approvals:vote", input: approvalParams.extend({ vote: voteInput }) },
  (actor, { id, vote }) => review(actor, id, vote),
);

export const readCards = action({ permission: "approvals:vote", input: batchParams }, (actor, { ids }) =>
  readBatch(actor, ids),
);

export const castVotes = action({ permission: "approvals:vote", input: batchVoteInput }, reviewBatch);

export const askPasskey = action({ permission: "approvals:vote", input: approvalParams }, (actor, { id }) =>
  askStepUp(actor, id),
);

export const comment = action(
  { permission: ["approvals:vote", "approvals:read:own"], input: approvalParams.extend({ comment: commentInput }) },
  (actor, { id, comment }) => addComment(actor, id, comment),
);
