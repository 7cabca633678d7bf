// A request as it is typed in the playground, and as it is sent.
import type { z } from "zod";
import type { tryInput } from "@/lib/decisions/try-schema";
import type { PlaygroundStart } from "@/lib/explorer/playground-start";

export type PolicyOption = { value: string; label: string };

export type Draft = {
  agentId: string;
  tool: string;
  /** JSON texts; an empty one stands for an empty object. */
  arguments: string;
  resource: string;
  context: string;
  /** `2027-01-31T12:00`, UTC; empty for now. */
  at: string;
  policy: string;
  /** Empty for none. */
  against: string;
};

export function emptyDraft(start: PlaygroundStart, firstAgent: string): Draft {
  return {
    agentId: start.agentId ?? firstAgent,
    tool: start.tool ?? "",
    arguments: "{}",
    resource: "",
    context: "",
    at: "",
    policy: "live",
    against: start.decision?.policyNumber ? String(start.decision.policyNumber) : "",
  };
}

type Input = z.input<typeof tryInput>;
type Read = { ok: true; input: Input } | { ok: false; message: string };

/** What the draft asks for, or what is wrong with it in a sentence. */
export function requestOf(draft: Draft): Read {
  if (!draft.agentId) return { ok: false, message: "Choose an agent." };
  if (!draft.tool.trim()) return { ok: false, message: "Choose a tool." };
  const parts: Record<string, unknown> = {};
  for (const [name, label] of [
    ["arguments", "arguments"],
    ["resource", "resource"],
    ["context", "context"],
  ] as const) {
    const text = draft[name].trim();
    if (text === "") continue;
    const value = objectIn(text);
    if (value === null)
      return {
        ok: false,
        message: `The ${label} are not a JSON object.`
          .replace("resource are", "resource is")
          .replace("context are", "context is"),
      };
    parts[name] = value;
  }
  const at = draft.at === "" ? undefined : new Date(`${draft.at}Z`);
  if (at && Number.isNaN(at.getTime())) return { ok: false, message: "The time is not one." };
  return {
    ok: true,
    input: {
      agentId: draft.agentId,
      request: { tool: draft.tool.trim(), ...parts } as Input["request"],
      ...(at ? { at: at.toISOString() } : {}),
      policies: [choiceOf(draft.policy), ...(draft.against ? [choiceOf(draft.against)] : [])],
    },
  };
}

/** The arguments with one more; unchanged when they cannot be read. */
export function withArgument(text: string, name: string, value: unknown): string {
  const held = objectIn(text.trim() === "" ? "{}" : text);
  return held === null ? text : JSON.stringify({ ...held, [name]: value }, null, 2);
}

/** Names the arguments have; none when they cannot be read. */
export function argumentsIn(text: string): string[] {
  return Object.keys(objectIn(text) ?? {});
}

function choiceOf(value: string): "live" | "draft" | number {
  return value === "live" || value === "draft" ? value : Number(value);
}

function objectIn(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
