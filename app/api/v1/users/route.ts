import { route } from "@/lib/auth/edge";
import { invitePerson } from "@/lib/auth/invite-person";
import { listPeople } from "@/lib/auth/queries";
import { invitedPerson, inviteInput, peoplePage, peopleQuery } from "@/lib/auth/schema";

export const GET = route({ permission: "people:read", query: peopleQuery, response: peoplePage }, ({ actor, query }) =>
  listPeople(actor, query),
);

export const POST = route(
  { permission: "people:write", body: inviteInput, response: invitedPerson, status: 201 },
  ({ actor, body }) => invitePerson(actor, body),
);
