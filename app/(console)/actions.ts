"use server";

import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { z } from "zod";
import type { SearchHit } from "@/components/layout/command-palette";
import { checkOrigin } from "@/lib/auth/authenticate-request";
import { deletion, signInCookies } from "@/lib/auth/cookies";
import { action } from "@/lib/auth/edge";
import { endSession } from "@/lib/auth/end-session";
import { currentActor, currentSessionDigest } from "@/lib/auth/session";
import { env } from "@/lib/env";
import { searchFor } from "./search";

/** Ends the session of this browser, and forgets its cookie even when the session had ended already. */
export async function signOut(): Promise<void> {
  checkOrigin("POST", await headers());
  const [actor, digest] = await Promise.all([currentActor(), currentSessionDigest()]);
  if (actor && digest) await endSession(digest, actor.personId);
  const { session, secure } = signInCookies(env().publicUrl);
  (await cookies()).delete(deletion(session, secure));
  redirect("/sign-in");
}

const search = action({ permission: "overview:read", input: z.string().trim().min(1).max(200) }, searchFor);

/** What the command palette finds. @throws Error when it could not be asked; the palette says so */
export async function find(query: string): Promise<readonly SearchHit[]> {
  const result = await search(query);
  if (!result.ok) throw new Error(result.error.detail);
  return result.data;
}
