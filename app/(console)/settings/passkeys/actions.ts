"use server";

import { revalidatePath } from "next/cache";
import { action } from "@/lib/auth/edge";
import { addPasskey, beginPasskey, removePasskey } from "@/lib/auth/passkeys";
import { requestOrigin } from "@/lib/auth/request-origin";
import { addPasskeyInput, beginPasskeyInput, passkeyRef } from "@/lib/auth/schema";
import { currentSessionDigest } from "@/lib/auth/session";

// Everybody who can sign in can have passkeys, so any role will do.
const permission = "overview:read";

export const begin = action({ permission, input: beginPasskeyInput }, async (actor, input) =>
  beginPasskey(actor, input, await currentSessionDigest(), await requestOrigin()),
);

export const add = action({ permission, input: addPasskeyInput }, async (actor, input) => {
  const added = await addPasskey(actor, input);
  revalidatePath("/settings/passkeys");
  return added;
});

export const remove = action({ permission, input: passkeyRef }, async (actor, { id }) => {
  await removePasskey(actor, id);
  revalidatePath("/settings/passkeys");
  return null;
});
