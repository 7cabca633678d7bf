"use server";

import { action } from "@/lib/auth/edge";
import { tryRequest } from "@/lib/decisions/try-request";
import { tryInput } from "@/lib/decisions/try-schema";

/** Judges a request that nobody made. Nothing is recorded. */
export const tryPolicy = action({ permission: "policy:read", input: tryInput }, tryRequest);
