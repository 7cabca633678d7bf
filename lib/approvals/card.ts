// The card: what a person sees before deciding, as one canonical object. The same content is shown, hashed and stored with the vote,
// so that it can be proven later what was on the screen. Knows no database; whoever reads the rows passes them in.
import { hash } from "node:crypto";
import { z } from "zod";
import { atPointer, canonicalize, type Json } from "@/lib/json";
import { readRecipients } from "@/lib/policy/recipients";
import type { Tool } from "@/lib/policy/schema";
import type { Card } from "./schema";
import { findUnusual, type Past } from "./unusual";

/** What the decision plane stored: its fields, or why there is nothing to show. */
export type CardContent = { [name: string]: Json } | "erased" | "altered";

export type CardRequest = {
  id: string;
  decisionId: string;
  requestedAt: Date;
  expiresAt: Date;
  tool: string;
  effect: string;
  reversible: boolean;
  amount: string | null;
  currency: string | null;
  recipient: string | null;
  quorum: number;
  groups: readonly string[];
  actionDigest: Uint8Array;
  policyHash: string;
  agent: { id: string; name: string; environment: string; riskClass: string };
  owner: { id: string; name: string };
};

/**
 * Builds the card.
 * @param tool    the catalogue entry of the policy the request was opened under; its roles say which arguments are amount, recipient and target
 * @param stored  fields of the decision's payload, or why they cannot be shown; then only the request's own facts are
 * @param past    what was before; without it the card says nothing about what is unusual
 */
export function makeCard(request: CardRequest, tool: Tool | null, stored: CardContent, past: Past | null = null): Card {
  const parsed = typeof stored === "string" ? undefined : contentSchema.safeParse(stored);
  const content = parsed?.data;
  const args = content?.arguments;
  const roles = tool?.argumentRoles ?? {};
  const at = (pointers: string | readonly string[] | undefined) =>
    args === undefined || pointers === undefined
      ? []
      : [pointers].flat().flatMap((pointer) => textsOf(atPointer(args, pointer)));
  const [amount] = at(roles.amount);
  const named = at(roles.recipient).flatMap((text) => readRecipients(text) ?? [text]);
  const recipients = named.length > 0 ? [...new Set(named)] : request.recipient ? [request.recipient] : [];
  const shown = {
    amount: amount ?? request.amount,
    currency: at(roles.currency)[0] ?? (amount === undefined ? request.currency : (tool?.currency ?? request.currency)),
    recipients,
  };
  return {
    version: 2,
    approvalId: request.id,
    decisionId: request.decisionId,
    requestedAt: request.requestedAt.toISOString(),
    expiresAt: request.expiresAt.toISOString(),
    tool: request.tool,
    toolDescription: tool?.description || null,
    effect: request.effect,
    reversible: request.reversible,
    agent: {
      id: request.agent.id,
      name: request.agent.name,
      environment: request.agent.environment,
      riskClass: request.agent.riskClass,
    },
    owner: { id: request.owner.id, name: request.owner.name },
    ...shown,
    targets: [...new Set(at(roles.url))],
    unusual: args === undefined || past === null ? null : findUnusual({ ...shown, arguments: args }, roles, past),
    content: typeof stored === "string" ? stored : content ? "readable" : "altered",
    arguments: args === undefined ? null : canonicalize(args),
    resource: content?.resource === undefined || content.resource === null ? null : canonicalize(content.resource),
    context: content?.context && Object.keys(content.context).length > 0 ? canonicalize(content.context) : null,
    reasoning: content?.reasoning === undefined ? [] : [content.reasoning].flat(),
    findings: (content?.findings ?? [])
      .filter((finding) => finding.mode !== "shadow")
      .map(({ layer, ruleId, effect, code, message }) => ({ layer, ruleId, effect, code, message })),
    quorum: request.quorum,
    groups: [...request.groups],
    actionDigest: `sha256:${Buffer.from(request.actionDigest).toString("hex")}`,
    policyHash: request.policyHash,
  };
}

/** `sha256:<hex>` over the domain line and the canonical card. Stored with each vote. Changing this needs a version bump of the card. */
export function cardDigest(card: Card): string {
  return `sha256:${hash("sha256", `countersign/card/v2\n${canonicalize(card)}`, "hex")}`;
}

/** The person an agent says it acts for, as it names them: a person id or a mail address. They never decide on it. */
export function requesterOf(stored: CardContent): string | null {
  const context = typeof stored === "string" ? undefined : stored.context;
  const named =
    typeof context === "object" && context !== null && !Array.isArray(context) ? context.onBehalfOf : undefined;
  return typeof named === "string" && named !== "" ? named : null;
}

/** What the decision plane stores for a decision, as far as a card shows it. */
const json = z.custom<Json>((value) => value !== undefined);
const contentSchema = z.object({
  arguments: z.record(z.string(), json),
  resource: json.optional(),
  context: z.record(z.string(), json).nullish(),
  reasoning: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .catch(undefined),
  findings: z
    .array(
      z.object({
        layer: z.string(),
        ruleId: z.string(),
        effect: z.string(),
        code: z.string(),
        message: z.string(),
        mode: z.string().optional(),
      }),
    )
    .optional(),
});

function textsOf(value: Json | undefined): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return [typeof value === "string" ? value : canonicalize(value)];
}
