import { generateKeyPairSync, hash, randomBytes, sign } from "node:crypto";

/** An authenticator in software, for tests: what a security key would answer, with every part of it open to be got wrong. */

type Said = {
  siteId?: string;
  origin?: string;
  /** Bits of the authenticator data: 1 present, 4 verified, 64 with a key, 128 with extensions. */
  flags?: number;
  type?: string;
  counter?: number;
  crossOrigin?: boolean;
};

const keys = {
  es256: {
    make: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
    cose: ({ x = "", y = "" }: JsonWebKey) => ["a5010203262001215820", x, "225820", y],
    digest: "sha256",
  },
  ed25519: {
    make: () => generateKeyPairSync("ed25519"),
    cose: ({ x = "" }: JsonWebKey) => ["a4010103272006215820", x],
    digest: null,
  },
  rs256: {
    make: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
    cose: ({ n = "" }: JsonWebKey) => ["a401030339010020590100", n, "2143010001"],
    digest: "sha256",
  },
};

export type TestAuthenticator = ReturnType<typeof testAuthenticator>;

/** @param site where it is used, unless an answer says otherwise */
export function testAuthenticator(site: { id: string; origin: string }, kind: keyof typeof keys = "es256") {
  const { publicKey, privateKey } = keys[kind].make();
  const credentialId = randomBytes(20);
  let count = 0;

  const clientData = (type: string, challenge: string, said: Said) =>
    Buffer.from(
      JSON.stringify({
        type: said.type ?? type,
        challenge,
        origin: said.origin ?? site.origin,
        crossOrigin: said.crossOrigin ?? false,
      }),
    );
  const head = (flags: number, said: Said) => {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(said.counter ?? ++count);
    return Buffer.concat([
      hash("sha256", said.siteId ?? site.id, "buffer"),
      Buffer.from([said.flags ?? flags]),
      counter,
    ]);
  };

  return {
    credentialId,
    publicKey: publicKey.export({ format: "der", type: "spki" }),
    /** @param challenge base64url, as the server gave it */
    make(challenge: string, said: Said = {}) {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(credentialId.length);
      const [first = "", ...rest] = keys[kind].cose(publicKey.export({ format: "jwk" }));
      // Fixed bytes and numbers of the key take turns.
      const key = [first, ...rest].map((part, at) => Buffer.from(part, at % 2 === 0 ? "hex" : "base64url"));
      return {
        authenticatorData: Buffer.concat([head(0x45, said), Buffer.alloc(16), length, credentialId, ...key]),
        clientData: clientData("webauthn.create", challenge, said),
      };
    },
    /** @param challenge base64url, as the server gave it */
    sign(challenge: string, said: Said = {}) {
      const authenticatorData = head(0x05, said);
      const data = clientData("webauthn.get", challenge, said);
      const signed = Buffer.concat([authenticatorData, hash("sha256", data, "buffer")]);
      return { authenticatorData, clientData: data, signature: sign(keys[kind].digest, signed, privateKey) };
    },
  };
}

type JsonWebKey = { x?: string; y?: string; n?: string };

/** An answer as the browser sends it. */
export function wire({ authenticatorData, clientData, signature }: ReturnType<TestAuthenticator["sign"]>) {
  return {
    authenticatorData: authenticatorData.toString("base64url"),
    clientDataJSON: clientData.toString("base64url"),
    signature: signature.toString("base64url"),
  };
}
