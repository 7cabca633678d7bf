"use server";

import { z } from "zod";
import { agentId } from "@/lib/agents/schema";
import { action } from "@/lib/auth/edge";
import { agentInputOf } from "@/lib/policy/agent-choices";
import { readDraft } from "@/lib/policy/drafts";
import { shadowReport } from "@/lib/policy/shadow-report";

/** The draft as it is now: another person may have saved it. */
export const loadDraft = action({ permission: "policy:write", input: z.strictObject({}) }, () => readDraft());

/** What the engine knows of one agent, to try the draft on. */
export const agentInput = action(
  { permission: "policy:write", input: z.strictObject({ id: agentId }) },
  (_actor, { id }) => agentInputOf(id),
);

/** What rules in shadow would have done in the last 30 days. */
export const shadow = action({ permission: "policy:write", input: z.strictObject({}) }, () =>
  shadowReport({ days: 30, now: new Date() }),
);
