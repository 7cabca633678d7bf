import { route } from "@/lib/auth/edge";
import { tryRequest } from "@/lib/decisions/try-request";
import { tryAnswer, tryInput } from "@/lib/decisions/try-schema";

export const POST = route({ permission: "policy:read", body: tryInput, response: tryAnswer }, ({ actor, body }) =>
  tryRequest(actor, body),
);
