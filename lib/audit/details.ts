// What the explorer searches in and shows beside an entry, taken from its decrypted content. Knows no database and no key.
import type { Json } from "@/lib/json";

/** Columns of `entry_detail`; null where the content does not say. */
export type EntryDetails = {
  amount: string | null;
  currency: string | null;
  recipient: string | null;
  resource: string | null;
  /** What search looks in, at most `textLimit` characters. */
  text: string | null;
};

/** Beyond this much text an entry is found by its beginning only. */
export const textLimit = 16_000;

/**
 * @param tool   of the header; searchable with the content
 * @param fields of the payload: `facts` (amount, currency, recipient), `resource`, `arguments`, `reasoning`, and the comment or reason a person gave
 */
export function entryDetails(tool: string | null, fields: { [name: string]: Json }): EntryDetails {
  const facts = objectOf(fields.facts);
  const recipient = textOf(facts.recipient) ?? firstText(facts.recipients);
  const resource = resourceOf(facts.resource ?? fields.resource);
  const parts = [
    tool,
    recipient,
    resource,
    ...leaves(fields.arguments),
    ...leaves(fields.reasoning),
    textOf(fields.comment),
    textOf(fields.reason),
  ];
  const text = parts
    .filter((part) => part !== null && part !== "")
    .join("\n")
    .slice(0, textLimit)
    .toWellFormed();
  return {
    amount: textOf(facts.amount),
    currency: textOf(facts.currency),
    recipient,
    resource,
    text: text === "" ? null : text,
  };
}

function resourceOf(value: Json | undefined): string | null {
  const plain = textOf(value);
  if (plain !== null) return plain;
  const { type, id, host, path } = objectOf(value);
  const named = [textOf(type), textOf(id)].filter((part) => part !== null).join(" ");
  const address = [textOf(host), textOf(path)].filter((part) => part !== null).join("");
  return named || address || null;
}

/** Every text and number inside a value, in order, names of members left out. */
function leaves(value: Json | undefined): string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "number") return [String(value)];
  if (Array.isArray(value)) return value.flatMap(leaves);
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(leaves);
  return [];
}

function textOf(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function firstText(value: Json | undefined): string | null {
  return Array.isArray(value) ? textOf(value[0]) : null;
}

function objectOf(value: Json | undefined): { [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
