"use server";

import { cookies } from "next/headers";
import { z } from "zod";
import { acceptWithPassword } from "@/lib/auth/accept-link";
import { signInCookies } from "@/lib/auth/cookies";
import { action } from "@/lib/auth/edge";
import { readLink } from "@/lib/auth/one-time-link";
import { acceptInput, oneTimeToken } from "@/lib/auth/schema";
import { env } from "@/lib/env";
import { notFound } from "@/lib/errors";

// Open to strangers: the link itself is what they must have.

export const accept = action({ permission: "public", input: acceptInput }, (_stranger, input) =>
  acceptWithPassword(input),
);

export const keep = action(
  { permission: "public", input: z.strictObject({ token: oneTimeToken }) },
  async (_stranger, { token }) => {
    if (!(await readLink(token))) throw notFound();
    const { invitation, secure } = signInCookies(env().publicUrl);
    // Lax, because the way back from the provider is started by another site; it opens nothing by itself.
    (await cookies()).set(invitation, token, { httpOnly: true, secure, path: "/", sameSite: "lax", maxAge: 15 * 60 });
    return null;
  },
);
