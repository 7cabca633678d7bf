// Receipts: what an agent holds as proof that its answer is in the log. All receipts of one commit are leaves of a small RFC 6962 tree whose root is signed once;
// each carries its path. A signature costs about as much as the rest of a decision, so one is shared by up to 256.
// audit-log design §4.2 (signing input), §7.1 (body). The key decides the algorithm, never the message.
import { type KeyObject, sign, verify } from "node:crypto";
import { canonicalize } from "@/lib/json";
import { leafHash, nodeHash } from "./entry";

/** Derived from stored columns only, so that a replay has the same bytes. Hashes are base64 of 32 bytes. */
export type ReceiptBody = {
  v: 1;
  origin: string;
  /** of the log, not of the control plane */
  epoch: number;
  entryId: string;
  agent: string;
  lane: number;
  seq: number;
  prev: string;
  leaf: string;
  outcome: string;
  actionDigest: string;
  instance?: string | undefined;
  ts: string;
  mmdMs: number;
};

export type Receipt = ReceiptBody & {
  /** Siblings from the leaf up, each `l` or `r` (the side the sibling is on) followed by base64 of 32 bytes. */
  path: string[];
  keyId: string;
  /** base64 of 64 bytes, Ed25519 over "countersign/receipt/v1\n" ‖ root */
  signature: string;
};

export type ReceiptKey = { keyId: string; privateKey: KeyObject };

const domain = Buffer.from("countersign/receipt/v1\n");

/** Signs the receipts of one commit together. */
export function signReceipts(bodies: readonly ReceiptBody[], key: ReceiptKey): Receipt[] {
  const leaves = bodies.map((body) => leafHash(Buffer.from(canonicalize(body))));
  const { root, paths } = smallTree(leaves);
  const signature = sign(null, Buffer.concat([domain, root]), key.privateKey).toString("base64");
  return bodies.map((body, at) => ({ ...body, path: paths[at] as string[], keyId: key.keyId, signature }));
}

/** Root and paths of the tree over these leaves; RFC 6962 §2.1 splits at the largest power of two below the size, which is what pairing level by level and promoting an odd last node gives. */
function smallTree(leaves: readonly Buffer[]): { root: Buffer; paths: string[][] } {
  const paths: string[][] = leaves.map(() => []);
  let level = leaves.map((hash, at) => ({ hash, members: [at] }));
  while (level.length > 1) {
    const next: typeof level = [];
    for (let at = 0; at < level.length; at += 2) {
      const left = level[at] as (typeof level)[number];
      const right = level[at + 1];
      if (!right) {
        next.push(left);
        continue;
      }
      const toRight = `r${right.hash.toString("base64")}`;
      const toLeft = `l${left.hash.toString("base64")}`;
      for (const member of left.members) paths[member]?.push(toRight);
      for (const member of right.members) paths[member]?.push(toLeft);
      next.push({ hash: nodeHash(left.hash, right.hash), members: left.members.concat(right.members) });
    }
    level = next;
  }
  return { root: level[0]?.hash ?? leafHash(Buffer.alloc(0)), paths };
}

/**
 * Whether a receipt was signed by this key.
 * @param publicKey an Ed25519 key; any other type is refused
 */
export function verifyReceipt(receipt: Receipt, publicKey: KeyObject): boolean {
  if (publicKey.asymmetricKeyType !== "ed25519") return false;
  const { path, keyId: _, signature, ...body } = receipt;
  const signed = Buffer.from(signature, "base64");
  if (signed.length !== 64 || path.length > 16) return false;
  let node = leafHash(Buffer.from(canonicalize(body)));
  for (const step of path) {
    const sibling = Buffer.from(step.slice(1), "base64");
    if (sibling.length !== 32) return false;
    if (step[0] === "l") node = nodeHash(sibling, node);
    else if (step[0] === "r") node = nodeHash(node, sibling);
    else return false;
  }
  return verify(null, Buffer.concat([domain, node]), publicKey, signed);
}
