"use client";

import { createContext, use } from "react";
import type { AttributeOption } from "@/components/tiers/condition-options";
import type { Option } from "@/components/ui/select";
import type { NamedList, TierKey, Tool } from "@/lib/policy/schema";
import type { ShadowReport } from "@/lib/policy/shadow-schema";
import type { AgentPolicyInput } from "@/lib/policy/types";

export type AgentChoice = { id: string; name: string; tier: TierKey; tools: readonly string[] };

/** What every part of the editor offers to choose from. It does not change while the draft is edited, but for the lists. */
export type EditorFacts = {
  tools: readonly Tool[];
  groups: readonly Option[];
  agents: readonly AgentChoice[];
  /** What the engine needs to know of one agent. */
  agentInput: (id: string) => Promise<AgentPolicyInput | null>;
  /** What rules in shadow would have done; `null` when it cannot be said now. */
  shadow: () => Promise<ShadowReport | null>;
  attributes: readonly AttributeOption[];
  lists: Readonly<Record<string, NamedList>>;
  currency: string;
};

const EditorContext = createContext<EditorFacts | null>(null);

export const EditorProvider = EditorContext;

export function useEditor(): EditorFacts {
  const facts = use(EditorContext);
  if (!facts) throw new Error("the editor's parts are used inside the editor only");
  return facts;
}
