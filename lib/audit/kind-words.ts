// Kinds of entries in a reader's words, and in groups a reader looks for.
import { type EntryKind, entryKinds } from "./entry";

/** "approval_granted" → "Approval granted". */
export function kindWord(kind: string): string {
  const said = (spoken as Record<string, string>)[kind];
  return said ?? kind.replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase());
}

/** Where the name of the kind alone would not say it. */
const spoken: Partial<Record<EntryKind, string>> = {
  outcome: "Outcome reported",
  approval_commented: "Question or answer on a request",
  payload_viewed: "Content opened",
  lane_opened: "Lane opened",
  lane_closed: "Lane closed",
  incident: "Incident opened",
  gap_report: "Gap in the record",
  invalid_input: "Invalid input refused",
  engine_error: "Engine error",
  sign_in_refused: "Sign-in refused",
  policy_requested: "Policy change requested",
  policy_approved: "Policy change approved",
  policy_declined: "Policy change declined",
  policy_withdrawn: "Policy change withdrawn",
  policy_ended: "Policy change ended",
  policy_draft_discarded: "Policy draft discarded",
};

/** For a select, in the order of the list of kinds. */
export const kindOptions: { value: EntryKind; label: string }[] = entryKinds.map((kind) => ({
  value: kind,
  label: kindWord(kind),
}));
