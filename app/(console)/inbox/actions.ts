"use server";

import { review } from "@/lib/approvals/review";
import { approvalParams, voteInput } from "@/lib/approvals/schema";
import { action } from "@/lib/auth/edge";

export const castVote = action(
  { permission: "approvals:vote", input: approvalParams.extend({ vote: voteInput }) },
  (actor, { id, vote }) => review(actor, id, vote),
);
