"use server";

import { revalidatePath } from "next/cache";
import { changeGroup, createGroup, deleteGroup } from "@/lib/auth/change-group";
import { action } from "@/lib/auth/edge";
import { changeGroupInput, createGroupInput, groupRef } from "@/lib/auth/schema";

const permission = "groups:write";
const shown = () => revalidatePath("/settings", "layout");

export const create = action({ permission, input: createGroupInput }, async (actor, input) => {
  await createGroup(actor, input);
  shown();
  return null;
});

export const change = action({ permission, input: changeGroupInput }, async (actor, input) => {
  await changeGroup(actor, input);
  shown();
  return null;
});

export const remove = action({ permission, input: groupRef }, async (actor, { id }) => {
  await deleteGroup(actor, id);
  shown();
  return null;
});
