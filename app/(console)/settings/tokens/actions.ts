"use server";

import { revalidatePath } from "next/cache";
import { action } from "@/lib/auth/edge";
import { issueToken, revokeToken } from "@/lib/auth/issue-token";
import { issueTokenInput, tokenRef } from "@/lib/auth/schema";

const permission = "tokens:write:own";

export const issue = action({ permission, input: issueTokenInput }, async (actor, input) => {
  const { secret, expiresAt } = await issueToken(actor, input);
  revalidatePath("/settings/tokens");
  return { secret, expiresAt };
});

export const revoke = action({ permission, input: tokenRef }, async (actor, { id }) => {
  await revokeToken(actor, id);
  revalidatePath("/settings/tokens");
  return null;
});
