import { getApproval } from "@/lib/approvals/queries";
import { approvalDetail, approvalParams } from "@/lib/approvals/schema";
import { route } from "@/lib/auth/edge";

export const GET = route(
  { permission: ["approvals:read", "approvals:read:own"], params: approvalParams, response: approvalDetail },
  ({ actor, params }) => getApproval(actor, params.id),
);
