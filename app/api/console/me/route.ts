import { route } from "@/lib/auth/edge";
import { me } from "@/lib/auth/schema";

export const GET = route({ permission: "overview:read", response: me }, async ({ actor }) => ({
  id: actor.personId,
  email: actor.email,
  name: actor.name,
  roles: [...actor.roles],
  groups: [...actor.groups],
}));
