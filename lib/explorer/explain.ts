// What an entry says, in a sentence; and what its reasons mean in general, for whoever may not read its content.
import { kindWord } from "@/lib/audit/kind-words";
import { reasonCodes } from "@/lib/policy/messages";
import type { EntryRow } from "./schema";

/** Reasons that are not of the policy engine. */
const otherCodes: Record<string, string> = {
  approval_consumed: "the approval was already used, or it ended before it could be used",
  approval_expired: "the approval came too late: it had expired",
  approval_mismatch: "the approval was given for another action",
  approval_stale: "the rules ask for more now than the approval gave",
  approval_missing: "there is no such approval for this agent",
  "outcome.digest_mismatch": "the action carried out is not the one that was decided on",
  "vote.approve": "the vote was to approve",
  "vote.deny": "the vote was to deny",
};

/** What a reason code means, in lower case without a full stop. Guardrails and unknown codes are named. */
export function codeMeaning(code: string): string {
  const known = (reasonCodes as Record<string, string>)[code] ?? otherCodes[code];
  if (known) return known;
  if (code.startsWith("guardrail.")) return `the guardrail ${code.slice("guardrail.".length)} applies to every agent`;
  if (code.startsWith("incident."))
    return `the incident is of the kind ${code.slice("incident.".length).replaceAll("_", " ")}`;
  return code.replaceAll(/[._]/g, " ");
}

/** Where a reason was found: the part of its code before the dot, as the layer of the policy it belongs to. */
export function layerOf(code: string): string {
  const [head = ""] = code.split(".");
  return layers[head] ?? "decision";
}

const layers: Record<string, string> = {
  agent: "registry",
  version: "registry",
  tool: "catalogue",
  arguments: "catalogue",
  mandate: "mandate",
  guardrail: "guardrail",
  tier: "tier",
  budget: "budget",
  data: "data",
  contract: "contract",
  behaviour: "behaviour",
  default: "default",
  engine: "engine",
};

const verdicts: Record<string, string> = {
  allow: "It was allowed",
  deny: "It was denied",
  approval_required: "A person has to approve it",
};

/** One sentence without the tool's name, which stands in the title. */
export function entrySentence({
  kind,
  outcome,
  agent,
  actor,
}: Pick<EntryRow, "kind" | "outcome" | "agent" | "actor">): string {
  if (kind === "decision" && agent && outcome && verdicts[outcome])
    return `${agent.name} asked for this. ${verdicts[outcome]}.`;
  const by = actor ? ` by ${actor.name}` : "";
  const about = agent ? ` for ${agent.name}` : "";
  return `${kindWord(kind)}${about}${by}.`;
}
