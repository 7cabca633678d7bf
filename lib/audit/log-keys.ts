import { createPrivateKey, hkdfSync, type KeyObject } from "node:crypto";
import { type NoteSigner, signatureTypes, verifierKey } from "./note";

/**
 * The keys of the log, each for one purpose. They are drawn from the one signing key that an installation keeps, so that there is one secret to back up and
 * rotate, and no signature of one purpose can stand for another. RFC 5869; the purpose and the origin are the `info`.
 */
export type LogKeys = {
  /** Signs checkpoints. Its name is the origin. */
  log: NoteSigner;
  /** Says at what time a checkpoint was still the newest. C2SP tlog-cosignature. */
  clock: NoteSigner;
};

/** @param signingKey Ed25519, of the installation */
export function logKeysOf(signingKey: KeyObject, origin: string): LogKeys {
  return {
    log: {
      name: origin,
      type: signatureTypes.note,
      privateKey: drawn(signingKey, `countersign/checkpoint-key/v1\n${origin}`),
    },
    clock: {
      name: `${origin}/clock`,
      type: signatureTypes.cosignature,
      privateKey: drawn(signingKey, `countersign/clock-key/v1\n${origin}`),
    },
  };
}

function drawn(signingKey: KeyObject, purpose: string): KeyObject {
  const { d } = signingKey.export({ format: "jwk" });
  const seed = Buffer.from(hkdfSync("sha256", Buffer.from(d ?? "", "base64url"), "", purpose, 32));
  return createPrivateKey({ key: Buffer.concat([pkcs8Head, seed]), format: "der", type: "pkcs8" });
}

const pkcs8Head = Buffer.from("302e020100300506032b657004220420", "hex");

/** What an auditor writes down once: the verifier keys of the log, one per line. */
export function keyLines(keys: LogKeys): string {
  return `${verifierKey(keys.log)}\n${verifierKey(keys.clock)}\n`;
}
