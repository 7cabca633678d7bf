import { route } from "@/lib/auth/edge";
import { renewInvitation } from "@/lib/auth/invite-person";
import { invitation, personRef } from "@/lib/auth/schema";

export const POST = route(
  { permission: "people:write", params: personRef, response: invitation, status: 201 },
  ({ actor, params }) => renewInvitation(actor, params.id),
);
