import { z } from "zod";
import { route } from "@/lib/auth/edge";
import { revokeToken } from "@/lib/auth/issue-token";
import { tokenRef } from "@/lib/auth/schema";

export const DELETE = route(
  { permission: "tokens:write:own", params: tokenRef, response: z.void(), status: 204 },
  ({ actor, params }) => revokeToken(actor, params.id),
);
