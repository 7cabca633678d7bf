import "server-only";

import { pseudonymOf } from "@/lib/audit/actors";
import type { Event } from "@/lib/audit/append";
import type { EntryKind } from "@/lib/audit/entry";
import type { PayloadFields } from "@/lib/audit/payload";

/** An entry about a person: named by pseudonym in the open, and what was said about them under their own key, so that both can be erased. */
export async function aboutPerson(kind: EntryKind, personId: string, payload: PayloadFields = {}): Promise<Event> {
  return { kind, ref: await pseudonymOf(personId), payload: { person: personId, ...payload }, scope: personId };
}
