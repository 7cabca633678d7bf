"use server";

import { refresh } from "next/cache";
import { z } from "zod";
import { action } from "@/lib/auth/edge";
import { cedarImportInput } from "@/lib/policy/cedar-import-schema";
import * as drafts from "@/lib/policy/drafts";
import {
  declineAction,
  draftInput,
  publicationPath,
  publishInput,
  rollbackAction,
} from "@/lib/policy/publication-schema";
import * as publications from "@/lib/policy/publications";
import { readCedarGuardrails } from "@/lib/policy/read-cedar-guardrails";

const nothing = z.strictObject({});

export const saveDraft = action({ permission: "policy:write", input: draftInput }, drafts.saveDraft);

export const discardDraft = action({ permission: "policy:write", input: nothing }, (actor) =>
  drafts.discardDraft(actor),
);

export const readCedar = action({ permission: "policy:write", input: cedarImportInput }, (_actor, input) =>
  readCedarGuardrails(input),
);

export const publishDraft = action({ permission: "policy:publish", input: publishInput }, publications.publishDraft);

export const rollBack = action({ permission: "policy:publish", input: rollbackAction }, (actor, { number, ...input }) =>
  publications.rollBack(actor, number, input),
);

export const approvePublication = action({ permission: "policy:publish", input: publicationPath }, (actor, { id }) =>
  shown(publications.approvePublication(actor, id)),
);

export const declinePublication = action(
  { permission: "policy:publish", input: declineAction },
  (actor, { id, ...input }) => shown(publications.declinePublication(actor, id, input)),
);

export const withdrawPublication = action({ permission: "policy:publish", input: publicationPath }, (actor, { id }) =>
  shown(publications.withdrawPublication(actor, id)),
);

/** The page the action came from shows the change with the answer. */
async function shown<Result>(change: Promise<Result>): Promise<Result> {
  const result = await change;
  refresh();
  return result;
}
