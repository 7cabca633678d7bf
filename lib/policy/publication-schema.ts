import { z } from "zod";
import { cursorOf } from "@/lib/cursor";
import { policyDraftContent } from "./draft-content";
import { versionPath } from "./version-schema";

/** The shared draft and its way into force, on the wire. */

export const policyProblem = z.object({
  severity: z.enum(["error", "warning"]),
  /** JSON Pointer into the content. */
  path: z.string(),
  message: z.string(),
});

export const policyDraft = z.object({
  /** Number of the version the draft began from. */
  baseVersion: z.int(),
  /** Goes up by one with every save, and never back. */
  revision: z.int(),
  content: policyDraftContent,
  /** Name of the person who saved last; null when there is no draft. */
  updatedBy: z.string().nullable(),
  updatedAt: z.string().nullable(),
  /** What keeps it from being published, and what is odd about it. */
  problems: z.array(policyProblem),
  /** Whether it says anything but what its base says. */
  changed: z.boolean(),
});
export type PolicyDraft = z.infer<typeof policyDraft>;

export const draftInput = z.strictObject({
  /** The revision that was read; any other was saved meanwhile. */
  revision: z.int().min(0),
  content: policyDraftContent,
  /** The version in force, when the content was merged with it: the draft is a change of it from then on. */
  baseVersion: z.int().min(1).optional(),
});
export type DraftInput = z.input<typeof draftInput>;

export const policyChange = z.object({
  path: z.string(),
  kind: z.enum(["tightening", "loosening", "neutral"]),
  words: z.string(),
  affects: z.array(z.string()),
  gains: z.array(z.string()),
});

export const publicationStatuses = [
  "awaiting_second_person",
  "scheduled",
  "published",
  "declined",
  "withdrawn",
  "expired",
] as const;
export const publicationStatus = z.enum(publicationStatuses);
export type PublicationStatus = z.infer<typeof publicationStatus>;

export const publicationRow = z.object({
  id: z.string(),
  status: publicationStatus,
  /** Why it ended otherwise than published. */
  statusReason: z.string().nullable(),
  note: z.string(),
  baseVersion: z.int(),
  loosening: z.boolean(),
  changes: z.array(policyChange),
  requestedBy: z.string(),
  requestedAt: z.string(),
  /** Names of those who wrote the draft. */
  authors: z.array(z.string()),
  startsAt: z.string().nullable(),
  expiresAt: z.string().nullable(),
  decidedBy: z.string().nullable(),
  decidedAt: z.string().nullable(),
  publishedAt: z.string().nullable(),
  /** The version it became. */
  number: z.int().nullable(),
  /** The version that took back what it loosened. */
  endedNumber: z.int().nullable(),
  /** Whether whoever asks may approve it, and else why not; null when nobody is waited for. */
  approvable: z.object({ may: z.boolean(), reason: z.string().nullable() }).nullable(),
  /** Whether whoever asks requested it and may take it back. */
  withdrawable: z.boolean(),
});
export type PublicationRow = z.infer<typeof publicationRow>;

export const publicationFull = publicationRow.extend({ content: policyDraftContent });
export type PublicationFull = z.infer<typeof publicationFull>;

export const publicationPage = z.object({ items: z.array(publicationRow), nextCursor: z.string().nullable() });

export const publicationAnswer = z.object({ publication: publicationRow });

export const publicationsQuery = z.strictObject({
  status: publicationStatus.optional(),
  limit: z.coerce.number<string>().int().min(1).max(200).default(50),
  cursor: cursorOf(2).optional(),
});

export const publicationId = z.string().regex(/^pub_[0-9a-z]{1,40}$/, "this is no id of a publication");
export const publicationPath = z.strictObject({ id: publicationId });

const note = z.string().trim().min(1, "say in a sentence why").max(500);
const instant = z.iso.datetime({ offset: true });
const term = {
  /** From when on it decides; at once when left out. */
  startsAt: instant.optional(),
  /** When what it loosens returns to what it was. */
  expiresAt: instant.optional(),
};

export const publishInput = z.strictObject({ revision: z.int().min(0), note, ...term });
export type PublishInput = z.infer<typeof publishInput>;

export const rollbackInput = z.strictObject({ note, ...term });
export type RollbackInput = z.infer<typeof rollbackInput>;
/** For a form: with the number of the version. */
export const rollbackAction = rollbackInput.extend({ number: versionPath.shape.number });

export const declineInput = z.strictObject({ reason: z.string().trim().min(1, "say why").max(500) });
export const declineAction = declineInput.extend({ id: publicationId });
