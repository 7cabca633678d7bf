import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { testAuthenticator } from "@/lib/testing/authenticator";
import { assertionFault, readNewPasskey, siteOf } from "./webauthn";

const site = siteOf("https://countersign.example.com");
const challenge = randomBytes(32);
const asked = challenge.toString("base64url");

test("passkeys are bound to the host name of the public address, without its port", () => {
  expect(siteOf("http://localhost:3000")).toEqual({ id: "localhost", origin: "http://localhost:3000" });
  expect(site).toEqual({ id: "countersign.example.com", origin: "https://countersign.example.com" });
});

describe.each(["es256", "ed25519", "rs256"] as const)("%s", (kind) => {
  const key = testAuthenticator(site, kind);

  test("a new passkey is read, and its key checks its signatures", () => {
    const made = readNewPasskey(key.make(asked), challenge, site);
    expect(made).toEqual({ credentialId: key.credentialId, publicKey: key.publicKey, counter: expect.any(Number) });
    expect(assertionFault({ ...key.sign(asked), publicKey: key.publicKey }, challenge, site)).toBeNull();
  });

  test("T25 a signature of another key is refused", () => {
    const { publicKey } = testAuthenticator(site, kind);
    expect(assertionFault({ ...key.sign(asked), publicKey }, challenge, site)).toBe("wrong_signature");
  });

  test("T25 one changed byte anywhere in what was signed is refused", () => {
    const signed = key.sign(asked);
    for (const part of ["authenticatorData", "clientData", "signature"] as const)
      for (let at = 0; at < signed[part].length; at++) {
        const changed = Buffer.from(signed[part]);
        changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
        const fault = assertionFault({ ...signed, [part]: changed, publicKey: key.publicKey }, challenge, site);
        expect(fault, `${part}[${at}]`).not.toBeNull();
      }
  });
});

describe("T25 what an authenticator says is refused", () => {
  const key = testAuthenticator(site);
  const cases = [
    ["another origin", { origin: "https://countersign.example.com.evil.example" }, "another_origin"],
    ["the same host on another port", { origin: "https://countersign.example.com:8443" }, "another_origin"],
    ["inside a page of another origin", { crossOrigin: true }, "another_origin"],
    ["another site", { siteId: "evil.example" }, "another_site"],
    ["nobody verified", { flags: 0x41 }, "person_not_verified"],
    ["nobody present", { flags: 0x44 }, "person_not_verified"],
  ] as const;
  test.each(cases)("%s", (_, said, fault) => {
    expect(assertionFault({ ...key.sign(asked, said), publicKey: key.publicKey }, challenge, site)).toBe(fault);
    expect(readNewPasskey(key.make(asked, said), challenge, site)).toBe(fault);
  });

  test("the answer to another question", () => {
    const other = randomBytes(32).toString("base64url");
    expect(assertionFault({ ...key.sign(other), publicKey: key.publicKey }, challenge, site)).toBe("another_challenge");
    const made = { ...key.sign(asked, { type: "webauthn.create" }), publicKey: key.publicKey };
    expect(assertionFault(made, challenge, site)).toBe("another_ceremony");
    expect(readNewPasskey(key.make(asked, { type: "webauthn.get" }), challenge, site)).toBe("another_ceremony");
    expect(readNewPasskey(key.make(other), challenge, site)).toBe("another_challenge");
  });

  test("bytes that are cut off, go on, or hold another kind of key", () => {
    const made = key.make(asked);
    for (const length of [0, 36, 37, 54, 60, 75, made.authenticatorData.length - 1]) {
      const authenticatorData = made.authenticatorData.subarray(0, length);
      expect(typeof readNewPasskey({ ...made, authenticatorData }, challenge, site), `${length} bytes`).toBe("string");
    }
    const longer = Buffer.concat([made.authenticatorData, Buffer.from([0])]);
    expect(readNewPasskey({ ...made, authenticatorData: longer }, challenge, site)).toBe("unknown_algorithm");
    const notJson = Buffer.from("{");
    expect(readNewPasskey({ ...made, clientData: notJson }, challenge, site)).toBe("malformed");
    const { publicKey } = key;
    const signed = { ...key.sign(asked), publicKey: publicKey.subarray(1) };
    expect(assertionFault(signed, challenge, site)).toBe("unknown_algorithm");
  });
});
