import { addComment, readThread } from "@/lib/approvals/comments";
import { approvalComment, approvalParams, approvalThread, commentInput } from "@/lib/approvals/schema";
import { route } from "@/lib/auth/edge";

export const GET = route(
  { permission: ["approvals:read", "approvals:read:own"], params: approvalParams, response: approvalThread },
  ({ actor, params }) => readThread(actor, params.id),
);

export const POST = route(
  {
    permission: ["approvals:vote", "approvals:read:own"],
    params: approvalParams,
    body: commentInput,
    response: approvalComment,
  },
  ({ actor, params, body }) => addComment(actor, params.id, body),
);
