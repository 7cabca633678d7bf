"use server";

import { revalidatePath } from "next/cache";
import { z } from "zod";
import { changePassword } from "@/lib/auth/change-password";
import { action } from "@/lib/auth/edge";
import { endOwnSession, endOwnSessions } from "@/lib/auth/end-session";
import { requestOrigin } from "@/lib/auth/request-origin";
import { changePasswordInput, sessionRef } from "@/lib/auth/schema";
import { currentSessionDigest } from "@/lib/auth/session";

// Everybody who can sign in has an account, so any role will do.
const permission = "overview:read";

export const end = action({ permission, input: sessionRef }, async (actor, { id }) => {
  await endOwnSession(actor, id);
  revalidatePath("/settings/account");
  return null;
});

export const endOthers = action({ permission, input: z.strictObject({}) }, async (actor) => {
  const ended = await endOwnSessions(actor, await currentSessionDigest());
  revalidatePath("/settings/account");
  return { ended };
});

export const password = action({ permission, input: changePasswordInput }, async (actor, input) => {
  await changePassword(actor, input, await currentSessionDigest(), await requestOrigin());
  revalidatePath("/settings/account");
  return null;
});
