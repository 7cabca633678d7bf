// What is unusual about a request, against what people approved and what the agent did before it. Facts of stored data, in a fixed form:
// nothing here comes from what the agent says about itself. Pure; `past.ts` reads what it compares with.
import { atPointer, canonicalize, type Json, pointer } from "@/lib/json";
import type { ArgumentRoles } from "@/lib/policy/schema";
import type { CardContent } from "./card";
import type { Change, Excerpt, Unusual } from "./schema";

/** What was before the request was made, as far as everybody who may read the request may know it. */
export type Past = {
  /** The last approved action of the same agent with the same tool. */
  similar: null | { approvalId: string; decisionId: string; decidedAt: Date; redeemed: boolean; content: CardContent };
  usedToolBefore: boolean;
  /** Recipients of the request that were addressed before: by this agent, or by any. */
  knownRecipients: readonly { recipient: string; byAgent: boolean }[];
  /** Approved amounts of the same agent, tool and currency, plain decimals. */
  amounts: null | { count: number; least: string; most: string };
};

export type Asked = {
  arguments: { [name: string]: Json };
  amount: string | null;
  currency: string | null;
  recipients: readonly string[];
};

const mostChanges = 40;
const mostRecipients = 100;

/**
 * @param asked what the card shows of the request
 * @param roles which arguments are amount and currency, by the catalogue
 */
export function findUnusual(asked: Asked, roles: ArgumentRoles, past: Past): Unusual {
  const { similar } = past;
  const before = typeof similar?.content === "object" ? argumentsOf(similar.content) : undefined;
  const changes = before === undefined ? [] : argumentChanges(before, asked.arguments);
  return {
    similar: similar && {
      approvalId: similar.approvalId,
      decisionId: similar.decisionId,
      decidedAt: similar.decidedAt.toISOString(),
      redeemed: similar.redeemed,
      content: typeof similar.content === "string" ? similar.content : before === undefined ? "altered" : "readable",
      amountTimes: before === undefined ? null : amountTimes(before, asked, roles),
      changes: changes.slice(0, mostChanges),
      moreChanges: Math.max(0, changes.length - mostChanges),
    },
    firstUseOfTool: !past.usedToolBefore,
    newRecipients: asked.recipients.slice(0, mostRecipients).flatMap((recipient) => {
      const known = past.knownRecipients.find((one) => one.recipient === recipient);
      return known?.byAgent ? [] : [{ recipient, inOrganization: known === undefined }];
    }),
    uncheckedRecipients: Math.max(0, asked.recipients.length - mostRecipients),
    amounts: past.amounts && {
      ...past.amounts,
      currency: asked.currency,
      position: positionOf(asked.amount, past.amounts),
    },
  };
}

/** The recipients that are looked up: a list longer than this is cut, and the card says so. */
export function lookedUp(recipients: readonly string[]): string[] {
  return recipients.slice(0, mostRecipients);
}

function argumentsOf(content: { [name: string]: Json }): { [name: string]: Json } | undefined {
  const { arguments: args } = content;
  return typeof args === "object" && args !== null && !Array.isArray(args) ? args : undefined;
}

// ── arguments, field by field ───────────────────────────────────────────────────────────────────────────────────

/** Every value that differs, named by its JSON pointer: what stands in one only is added or removed. In the order of the pointers. */
export function argumentChanges(before: { [name: string]: Json }, after: { [name: string]: Json }): Change[] {
  const was = leaves(before);
  const is = leaves(after);
  const paths = [...new Set([...was.keys(), ...is.keys()])].sort();
  return paths.flatMap((path): Change[] => {
    const [old, now] = [was.get(path), is.get(path)];
    if (old === now) return [];
    const [from, to] = excerpts(old ?? "", now ?? "");
    const kind = old === undefined ? "added" : now === undefined ? "removed" : "changed";
    return [{ path, kind, before: old === undefined ? null : from, after: now === undefined ? null : to }];
  });
}

/** Values without members as canonical JSON, by pointer. */
function leaves(value: Json): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (at: Json, path: readonly PropertyKey[]): void => {
    const members = typeof at === "object" && at !== null ? Object.entries(at) : [];
    if (members.length === 0) found.set(pointer(path), canonicalize(at));
    for (const [name, member] of members) walk(member, [...path, name]);
  };
  walk(value, []);
  // An empty object of arguments is no value of its own.
  if (found.get("") === "{}") found.delete("");
  return found;
}

const shown = 120;
const lead = 20;

/** The same part of both texts, beginning a little before the first difference, so that no difference is beyond the end. */
function excerpts(one: string, other: string): [Excerpt, Excerpt] {
  const [left, right] = [[...one], [...other]];
  if (left.length <= shown && right.length <= shown) return [cut(left, 0), cut(right, 0)];
  let same = 0;
  while (same < left.length && same < right.length && left[same] === right[same]) same++;
  const from = Math.max(0, same - lead);
  return [cut(left, from), cut(right, from)];
}

function cut(characters: readonly string[], from: number): Excerpt {
  return {
    skipped: Math.min(from, characters.length),
    text: characters.slice(from, from + shown).join(""),
    left: Math.max(0, characters.length - from - shown),
  };
}

// ── amounts ─────────────────────────────────────────────────────────────────────────────────────────────────────

const plainAmount = /^(\d{1,18})(?:\.(\d{1,4}))?$/;

/** An amount in ten-thousandths; null when it is no plain decimal. */
function scaled(amount: string | null): bigint | null {
  const match = amount === null ? null : plainAmount.exec(amount);
  return match ? BigInt(`${match[1]}${(match[2] ?? "").padEnd(4, "0")}`) : null;
}

function positionOf(
  amount: string | null,
  range: { least: string; most: string },
): "below" | "within" | "above" | null {
  const [value, least, most] = [scaled(amount), scaled(range.least), scaled(range.most)];
  if (value === null || least === null || most === null) return null;
  return value > most ? "above" : value < least ? "below" : "within";
}

/** How many times the amount approved last: `9`, `1.25`, `0.5`; null when the two cannot be compared, or are equal. */
function amountTimes(before: { [name: string]: Json }, asked: Asked, roles: ArgumentRoles): string | null {
  if (roles.amount === undefined) return null;
  const currencyAt = (args: { [name: string]: Json }) =>
    roles.currency === undefined ? null : (atPointer(args, roles.currency) ?? null);
  if (currencyAt(before) !== currencyAt(asked.arguments)) return null;
  const old = atPointer(before, roles.amount);
  const was = scaled(typeof old === "number" ? String(old) : typeof old === "string" ? old : null);
  const is = scaled(asked.amount);
  if (was === null || is === null || was === 0n || was === is) return null;
  return ratio(is, was);
}

/** Rounded to two decimals below ten and to whole numbers from there; what rounds to nothing, or to no change, is said so. */
function ratio(is: bigint, was: bigint): string {
  const hundredths = (is * 100n + was / 2n) / was;
  if (hundredths === 0n) return "less than 0.01";
  if (hundredths === 100n) return is > was ? "slightly more than 1" : "slightly less than 1";
  if (hundredths >= 1000n) return ((hundredths + 50n) / 100n).toString();
  return `${hundredths / 100n}.${(hundredths % 100n).toString().padStart(2, "0")}`.replace(/\.?0+$/, "");
}
