import { createGroup } from "@/lib/auth/change-group";
import { route } from "@/lib/auth/edge";
import { listGroups } from "@/lib/auth/queries";
import { createGroupInput, group, groupPage, groupsQuery } from "@/lib/auth/schema";

export const GET = route({ permission: "people:read", query: groupsQuery, response: groupPage }, ({ actor, query }) =>
  listGroups(actor, query),
);

export const POST = route(
  { permission: "groups:write", body: createGroupInput, response: group, status: 201 },
  ({ actor, body }) => createGroup(actor, body),
);
