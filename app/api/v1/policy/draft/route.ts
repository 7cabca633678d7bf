import { route } from "@/lib/auth/edge";
import { discardDraft, readDraft, saveDraft } from "@/lib/policy/drafts";
import { draftInput, policyDraft } from "@/lib/policy/publication-schema";

export const GET = route({ permission: "policy:read", response: policyDraft }, () => readDraft());

export const PUT = route({ permission: "policy:write", body: draftInput, response: policyDraft }, ({ actor, body }) =>
  saveDraft(actor, body),
);

export const DELETE = route({ permission: "policy:write", response: policyDraft }, ({ actor }) => discardDraft(actor));
