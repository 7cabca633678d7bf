import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import type { ReceiptKey } from "./receipt";

/** The receipt key with its id (the first 8 bytes of SHA-256 over the raw public key, in hex) and its 32 public bytes. @param privateKey Ed25519 */
export function receiptKeyOf(privateKey: KeyObject): ReceiptKey & { publicKey: Buffer } {
  const publicKey = createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(-32);
  return { keyId: createHash("sha256").update(publicKey).digest("hex").slice(0, 16), privateKey, publicKey };
}
