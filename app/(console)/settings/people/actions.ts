"use server";

import { revalidatePath } from "next/cache";
import { changePerson } from "@/lib/auth/change-person";
import { deactivatePerson, reactivatePerson } from "@/lib/auth/deactivate-person";
import { action } from "@/lib/auth/edge";
import { invitePerson, renewInvitation } from "@/lib/auth/invite-person";
import { changePersonInput, deactivateInput, inviteInput, personRef } from "@/lib/auth/schema";

const permission = "people:write";
const shown = () => revalidatePath("/settings", "layout");

export const invite = action({ permission, input: inviteInput }, async (actor, input) => {
  const { invitation } = await invitePerson(actor, input);
  shown();
  return invitation;
});

export const change = action({ permission, input: changePersonInput }, async (actor, input) => {
  await changePerson(actor, input);
  shown();
  return null;
});

export const deactivate = action({ permission, input: deactivateInput }, async (actor, input) => {
  await deactivatePerson(actor, input);
  shown();
  return null;
});

export const reactivate = action({ permission, input: personRef }, async (actor, { id }) => {
  await reactivatePerson(actor, id);
  shown();
  return null;
});

export const renew = action({ permission, input: personRef }, async (actor, { id }) => {
  const invitation = await renewInvitation(actor, id);
  shown();
  return invitation;
});
