import { changePerson } from "@/lib/auth/change-person";
import { deactivatePerson, reactivatePerson } from "@/lib/auth/deactivate-person";
import { route } from "@/lib/auth/edge";
import { readPerson } from "@/lib/auth/queries";
import { patchPersonInput, person, personRef } from "@/lib/auth/schema";

export const GET = route({ permission: "people:read", params: personRef, response: person }, ({ actor, params }) =>
  readPerson(actor, params.id),
);

export const PATCH = route(
  { permission: "people:write", params: personRef, body: patchPersonInput, response: person },
  ({ actor, params: { id }, body: { active, reason, ...change } }) => {
    if (active === undefined) return changePerson(actor, { id, ...change });
    return active ? reactivatePerson(actor, id) : deactivatePerson(actor, { id, reason: reason ?? "through the API" });
  },
);
