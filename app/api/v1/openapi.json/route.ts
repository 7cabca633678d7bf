import { z } from "zod";
import { apiDocument } from "@/lib/api-document";
import { route } from "@/lib/auth/edge";

/** The API document; no secret in it, and runtimes read it before they have a credential. */
export const GET = route({ permission: "public", response: z.record(z.string(), z.unknown()) }, apiDocument);
