import "server-only";

import { importCedar } from "./cedar-import";
import type { CedarImportAnswer } from "./cedar-import-schema";
import { readDraft } from "./drafts";

/** What a Cedar file says, for the lists of the draft; changes nothing. */
export async function readCedarGuardrails({ text }: { text: string }): Promise<CedarImportAnswer> {
  const { content } = await readDraft();
  return importCedar(text, { lists: content.lists ?? {}, escalation: content.escalation });
}
