import { review } from "@/lib/approvals/review";
import { approvalParams, voteInput, voteResult } from "@/lib/approvals/schema";
import { route } from "@/lib/auth/edge";

export const POST = route(
  { permission: "approvals:vote", params: approvalParams, body: voteInput, response: voteResult },
  ({ actor, params, body }) => review(actor, params.id, body),
);
