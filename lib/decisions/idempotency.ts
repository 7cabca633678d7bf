// An Idempotency-Key is hashed with its agent, so keys of two agents never meet; the body is digested with a salt, so that it can be compared and still be erased.
// audit-log design §4.2.
import { hash, randomBytes } from "node:crypto";

/** SHA-256("countersign/idem/v1\n" ‖ lp(agent id) ‖ key). */
export function idempotencyHash(agentId: string, key: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(agentId));
  return hash(
    "sha256",
    Buffer.concat([Buffer.from("countersign/idem/v1\n"), length, Buffer.from(agentId), Buffer.from(key)]),
    "buffer",
  );
}

/** salt16 ‖ SHA-256("countersign/request/v1\n" ‖ salt16 ‖ body). */
export function requestDigest(body: Buffer, salt: Buffer = randomBytes(16)): Buffer {
  return Buffer.concat([
    salt,
    hash("sha256", Buffer.concat([Buffer.from("countersign/request/v1\n"), salt, body]), "buffer"),
  ]);
}
