import "server-only";

import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { hasAdministrator } from "./accept-link";
import { makeLink } from "./one-time-link";

/**
 * The way in to a new installation. While nobody can sign in as an administrator, every start makes a new one-time link (one use, 24 hours) and voids the one before.
 * Making it is no entry of the log; using it is.
 * @returns the address to print on the console of the server, or null when an administrator exists, or in evaluation mode, where the sample people are
 */
export async function ensureFirstAdministrator(): Promise<string | null> {
  if (env().mode === "evaluation" || (await hasAdministrator())) return null;
  const link = await db.$transaction((tx) => makeLink(tx, null));
  return link.url;
}
