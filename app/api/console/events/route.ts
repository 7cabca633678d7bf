import { z } from "zod";
import { can } from "@/lib/auth/actor";
import { stream } from "@/lib/auth/edge";
import { liveStream } from "@/lib/live/stream";
import { topics } from "@/lib/live/topics";

const query = z.strictObject({
  topics: z
    .string()
    .max(64)
    .default("approvals")
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(topics)).min(1).max(topics.length)),
});

export const GET = stream({ permission: "overview:read", query }, ({ actor, query, request, again }) => {
  const seesApprovals = can(actor, "approvals:read") || can(actor, "approvals:read:own");
  return liveStream({
    personId: actor.personId,
    topics: [...new Set(query.topics)].filter((topic) => topic !== "approvals" || seesApprovals),
    stillSignedIn: () => again().then(Boolean, () => false),
    signal: request.signal,
  });
});
