// Checks answers against the log, with code of its own: nothing here is shared with the program that wrote either of them.
// Receipts: audit-log design §4.2 and §7.1. Leaves and nodes: RFC 6962 §2.1. Canonical form: RFC 8785.
import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import type { Answer, Receipt } from "./ask";

/** One entry as the log serves it. */
export type LogEntry = { seq: number /** the exact bytes */; header: Buffer };

export type Verification = {
  /** Answers that passed every check. */
  verified: number;
  receiptsSigned: number;
  inLogOnce: number;
  lanes: { lane: number; from: number; to: number; entries: number; intact: boolean }[];
  /** At most twenty, in words. */
  faults: string[];
};

/**
 * @param keys      receipt keys by id
 * @param readLane  every entry of a lane from one seq to another, both included, in order
 */
export async function verifyAnswers(
  answers: readonly Answer[],
  keys: ReadonlyMap<string, KeyObject>,
  readLane: (lane: number, from: number, to: number) => AsyncIterable<LogEntry>,
): Promise<Verification> {
  const faults: string[] = [];
  const wrong = new Set<Answer>();
  const blame = (answer: Answer, what: string) => {
    wrong.add(answer);
    if (faults.length < 20) faults.push(`${answer.decision?.id ?? answer.key}: ${what}`);
  };
  const decided = answers.filter((answer) => answer.decision);

  let receiptsSigned = 0;
  for (const answer of decided) {
    const receipt = answer.decision?.receipt as Receipt;
    const key = keys.get(receipt.keyId);
    if (!key) blame(answer, `receipt signed by the unknown key ${receipt.keyId}`);
    else if (!signatureHolds(receipt, key)) blame(answer, "the receipt's signature does not hold");
    else receiptsSigned++;
    if (receipt.entryId !== answer.decision?.id) blame(answer, "the receipt names another entry");
    if (receipt.agent !== answer.agentId) blame(answer, "the receipt names another agent");
    if (receipt.outcome !== answer.decision?.outcome) blame(answer, "the receipt has another outcome");
    if (receipt.actionDigest !== answer.decision?.actionDigest) blame(answer, "the receipt has another action digest");
  }

  const places = new Map(
    decided.map((answer) => [`${answer.decision?.receipt.lane}/${answer.decision?.receipt.seq}`, answer]),
  );
  const byKey = new Map(decided.map((answer) => [idempotencyHash(answer.agentId, answer.key), answer]));
  const found = new Map<Answer, number>();
  const lanes: Verification["lanes"] = [];
  for (const [lane, of] of Map.groupBy(decided, (answer) => answer.decision?.receipt.lane as number)) {
    const seqs = of.map((answer) => answer.decision?.receipt.seq as number);
    const [from, to] = [Math.min(...seqs), Math.max(...seqs)];
    let expected = from;
    let previous: string | null = null;
    let intact = true;
    for await (const { seq, header } of readLane(lane, from, to)) {
      const leaf = leafOf(header).toString("base64");
      const facts = JSON.parse(header.toString("utf8"));
      if (
        seq !== expected ||
        facts.lane !== lane ||
        facts.seq !== seq ||
        (previous !== null && facts.prev !== previous)
      ) {
        intact = false;
        if (faults.length < 20) faults.push(`lane ${lane} is broken at ${seq}`);
      }
      previous = leaf;
      expected = seq + 1;

      const answer = places.get(`${lane}/${seq}`);
      if (answer) {
        const receipt = answer.decision?.receipt as Receipt;
        if (leaf !== receipt.leaf || facts.prev !== receipt.prev)
          blame(answer, "the log holds other bytes than the receipt says");
        if (facts.agent !== answer.agentId || facts.outcome !== receipt.outcome || facts.kind !== "decision") {
          blame(answer, "the entry is about something else");
        }
      }
      const asked = typeof facts.idem === "string" ? byKey.get(facts.idem) : undefined;
      if (asked) found.set(asked, (found.get(asked) ?? 0) + 1);
    }
    if (expected !== to + 1) intact = false;
    lanes.push({ lane, from, to, entries: to - from + 1, intact });
    if (!intact) for (const answer of of) blame(answer, `lane ${lane} is not intact`);
  }

  let inLogOnce = 0;
  for (const answer of decided) {
    const times = found.get(answer) ?? 0;
    if (times === 1) inLogOnce++;
    else blame(answer, `its idempotency key is in the log ${times} times`);
  }
  return { verified: decided.length - wrong.size, receiptsSigned, inLogOnce, lanes, faults };
}

/** SHA-256("countersign/idem/v1\n" ‖ length of the agent id in 4 bytes ‖ agent id ‖ key), base64. */
function idempotencyHash(agentId: string, key: string): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(agentId));
  return createHash("sha256")
    .update("countersign/idem/v1\n")
    .update(length)
    .update(agentId)
    .update(key)
    .digest("base64");
}

function leafOf(bytes: Buffer): Buffer {
  return createHash("sha256")
    .update(Buffer.from([0]))
    .update(bytes)
    .digest();
}

function nodeOf(left: Buffer, right: Buffer): Buffer {
  return createHash("sha256")
    .update(Buffer.from([1]))
    .update(left)
    .update(right)
    .digest();
}

/** The receipt's body hashed up its path to the root of its commit, and the signature over that root. */
function signatureHolds({ path, keyId: _, signature, ...body }: Receipt, key: KeyObject): boolean {
  // The body is flat, so sorting its names is all that the canonical form asks for.
  const canonical = `{${Object.keys(body)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${JSON.stringify(body[name])}`)
    .join(",")}}`;
  let root = leafOf(Buffer.from(canonical));
  for (const step of path) {
    const sibling = Buffer.from(step.slice(1), "base64");
    if (step[0] !== "l" && step[0] !== "r") return false;
    root = step[0] === "l" ? nodeOf(sibling, root) : nodeOf(root, sibling);
  }
  return verify(
    null,
    Buffer.concat([Buffer.from("countersign/receipt/v1\n"), root]),
    key,
    Buffer.from(signature, "base64"),
  );
}

/** An Ed25519 public key from its 32 bytes in base64. */
export function receiptKey(base64: string): KeyObject {
  const raw = Buffer.from(base64, "base64");
  if (raw.length !== 32) throw new Error("a receipt key is 32 bytes in base64");
  return createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x: raw.toString("base64url") } });
}
