import { listInbox } from "@/lib/approvals/queries";
import { approvalPage, inboxQuery } from "@/lib/approvals/schema";
import { route } from "@/lib/auth/edge";

export const GET = route(
  { permission: ["approvals:read", "approvals:read:own"], query: inboxQuery, response: approvalPage },
  ({ actor, query }) => listInbox(actor, query),
);
