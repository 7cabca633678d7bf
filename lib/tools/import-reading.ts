import type { Json } from "@/lib/json";
import type { ArgumentRoles, ArgumentSchema, EffectClass } from "@/lib/policy/schema";

/**
 * What a document says of its tools, read for a person to confirm. Every format is read into this form; nothing in it is trusted, and what is
 * not said counts as the worst it could be.
 */

/** A keyword of a schema that Countersign does not enforce and therefore leaves out. `at` is a JSON Pointer into the schema. */
export type DroppedKeyword = { at: string; keyword: string; why: string };

export type ReadTool = {
  /** The name in the catalogue, and the one a runtime has to ask with. */
  name: string;
  /** The name in the document. */
  originalName: string;
  /** At most 4,000 characters. */
  description: string;
  effect: EffectClass;
  reversible: boolean;
  /** What made the guess, in words, most telling first. */
  because: string[];
  /** What the name alone speaks of, when it is another class than the guess. */
  byName: EffectClass | null;
  argumentSchema: ArgumentSchema | undefined;
  argumentRoles: ArgumentRoles;
  dropped: DroppedKeyword[];
  /** As the source has it: what its fingerprint is made of. */
  definition: { description: string; argumentSchema: Json };
};

/** A tool that cannot be taken over, and why. */
export type RefusedTool = { originalName: string; message: string };

export type ImportFormat = "mcp" | "openapi";

/** `notes` are sentences about the document as a whole. */
export type ImportReading =
  | { ok: true; format: ImportFormat; title: string | null; tools: ReadTool[]; refused: RefusedTool[]; notes: string[] }
  | { ok: false; message: string };

/** Tools of one document at most. */
export const mostTools = 1000;

export type JsonObject = { [name: string]: Json };

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A name from the document for a sentence: short, and nothing in it that could move text around. */
export function shown(text: string): string {
  const plain = text.replaceAll(/[\p{C}`]/gu, "�");
  return `\`${plain.length > 80 ? `${plain.slice(0, 79)}…` : plain}\``;
}
