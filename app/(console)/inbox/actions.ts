"use server";

import { askStepUp } from "@/lib/approvals/ask-step-up";
import { review } from "@/lib/approvals/review";
import { approvalParams, voteInput } from "@/lib/approvals/schema";
import { action } from "@/lib/auth/edge";

export const castVote = action(
  { permission: "approvals:vote", input: approvalParams.extend({ vote: voteInput }) },
  (actor, { id, vote }) => review(actor, id, vote),
);

export const askPasskey = action({ permission: "approvals:vote", input: approvalParams }, (actor, { id }) =>
  askStepUp(actor, id),
);
