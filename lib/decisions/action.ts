// The action digest: what an approval, a receipt and an executor are bound to. Any changed byte of the action gives another digest.
// audit-log design §4.2. Hidden by a 128-bit nonce, since unsalted digests of content could be guessed after erasure.
import { hash } from "node:crypto";
import { canonicalize, type Json } from "@/lib/json";

export type Action = {
  agent: string;
  tool: string;
  /** fingerprint of the tool's definition in the catalogue; null when it is not there */
  toolSchemaHash: string | null;
  params: { [name: string]: Json };
  /** environment of the agent, and the resource the call is about */
  env: { environment: string; resource: Json };
  amount: string | null;
  currency: string | null;
  /** base64 of 16 bytes, made by the server */
  nonce: string;
};

/** `sha256:` + 64 hex digits. */
export function actionDigest(action: Action): string {
  const { toolSchemaHash, ...rest } = action;
  return `sha256:${hash("sha256", `countersign/action/v1\n${canonicalize({ ...rest, tool_schema_hash: toolSchemaHash })}`)}`;
}
