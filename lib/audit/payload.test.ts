import { createDecipheriv, createHash, createHmac, createSecretKey, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { commitmentOf, decryptPayload, encryptPayload, fieldsOf, sealPayload } from "./payload";

const dek = createSecretKey(randomBytes(32));

describe("payload", () => {
  test("P10 what was sealed and encrypted comes back, and matches its commitment", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue()),
        fc.bigInt({ min: 1n, max: 2n ** 40n }),
        (fields, seq) => {
          fc.pre(!Object.hasOwn(fields, "__proto__"));
          const values = JSON.parse(JSON.stringify(fields));
          const sealed = sealPayload(values);
          const body = decryptPayload(encryptPayload(sealed.body, dek, 7n, seq), dek, 7n, seq);
          expect(commitmentOf(body)).toBe(sealed.commit);
          expect(fieldsOf(body)).toEqual(values);
        },
      ),
    );
  });

  test("a payload moved to another place, with another key, or with one bit changed, does not open", () => {
    const stored = encryptPayload(sealPayload({ a: 1 }).body, dek, 7n, 1n);
    expect(() => decryptPayload(stored, dek, 7n, 2n)).toThrow();
    expect(() => decryptPayload(stored, dek, 8n, 1n)).toThrow();
    expect(() => decryptPayload(stored, createSecretKey(randomBytes(32)), 7n, 1n)).toThrow();
    for (let at = 0; at < stored.length; at++) {
      const changed = Buffer.from(stored);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => decryptPayload(changed, dek, 7n, 1n)).toThrow();
    }
  });

  test("the sub-key is HMAC-SHA-256 as the format says", () => {
    const place = Buffer.alloc(16);
    place.writeBigUInt64BE(7n, 0);
    place.writeBigUInt64BE(9n, 8);
    const subKey = createHmac("sha256", dek).update("countersign/payload-key/v1\n").update(place).digest();
    const stored = encryptPayload(Buffer.from("{}"), dek, 7n, 9n);
    const decipher = createDecipheriv("aes-256-gcm", subKey, stored.subarray(0, 12))
      .setAAD(place)
      .setAuthTag(stored.subarray(12, 28));
    expect(Buffer.concat([decipher.update(stored.subarray(28)), decipher.final()]).toString()).toBe("{}");
  });

  test("P11 a field that was erased leaves a digest under which the commitment still checks", () => {
    const sealed = sealPayload({ kept: "x", person: "Ada" });
    const body = JSON.parse(sealed.body.toString());
    const lp = (text: string) => Buffer.concat([Buffer.from([0, 0, 0, Buffer.byteLength(text)]), Buffer.from(text)]);
    const digest = createHash("sha256")
      .update("countersign/field/v1\n")
      .update(Buffer.from(body.person[0], "base64"))
      .update(lp("person"))
      .update(lp('"Ada"'))
      .digest("base64");
    const erased = Buffer.from(JSON.stringify({ kept: body.kept, person: [digest] }));
    expect(commitmentOf(erased)).toBe(sealed.commit);
    expect(fieldsOf(erased)).toEqual({ kept: "x" });
    const forged = Buffer.from(JSON.stringify({ kept: body.kept, person: [body.person[0], "Bob"] }));
    expect(commitmentOf(forged)).not.toBe(sealed.commit);
    expect(sealPayload({ kept: "x", person: "Ada" }).commit).not.toBe(sealed.commit);
  });
});
