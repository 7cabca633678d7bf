import { z } from "zod";
import { changeGroup, deleteGroup } from "@/lib/auth/change-group";
import { route } from "@/lib/auth/edge";
import { readGroup } from "@/lib/auth/queries";
import { group, groupRef, patchGroupInput } from "@/lib/auth/schema";

export const GET = route({ permission: "people:read", params: groupRef, response: group }, ({ actor, params }) =>
  readGroup(actor, params.id),
);

export const PATCH = route(
  { permission: "groups:write", params: groupRef, body: patchGroupInput, response: group },
  ({ actor, params, body }) => changeGroup(actor, { id: params.id, ...body }),
);

export const DELETE = route(
  { permission: "groups:write", params: groupRef, response: z.void(), status: 204 },
  ({ actor, params }) => deleteGroup(actor, params.id),
);
