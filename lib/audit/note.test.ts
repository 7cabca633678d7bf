import { generateKeyPairSync, verify } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkpointText, parseCheckpoint, parseTilePath, parseTlogProof, tileNumber, tlogProof } from "./checkpoint";
import {
  makeNote,
  openNote,
  parseNote,
  parseVerifierKey,
  publicKeyOf,
  signatureLine,
  signatureTypes,
  verifierKey,
  verifierOf,
} from "./note";

const vectors = join(process.cwd(), "..", "shared", "vectors");
const key = () => generateKeyPairSync("ed25519").privateKey;
const log = { name: "log.example/audit/1", type: signatureTypes.note, privateKey: key() };
const witness = { name: "witness.example/w", type: signatureTypes.cosignature, privateKey: key() };
const text = checkpointText({ origin: log.name, size: 42, root: Buffer.alloc(32, 7) });
const signed = makeNote(text, [signatureLine(text, log), signatureLine(text, witness, 1_700_000_000)]);

describe("signed notes", () => {
  test("a note opens with the keys that signed it, and names the time of a cosignature", () => {
    const opened = openNote(signed, [verifierOf(log), parseVerifierKey(verifierKey(witness))]);
    expect(opened).toEqual({
      text,
      signedBy: [
        { name: log.name, time: null },
        { name: witness.name, time: 1_700_000_000 },
      ],
    });
    expect(openNote(signed, [verifierOf(log)]).signedBy).toHaveLength(1);
  });

  test("no changed character of a note passes", () => {
    for (let at = 0; at < signed.length; at++) {
      const changed = signed.slice(0, at) + (signed[at] === "A" ? "B" : "A") + signed.slice(at + 1);
      let opened: ReturnType<typeof openNote> | null = null;
      try {
        opened = openNote(changed, [verifierOf(log), verifierOf(witness)]);
      } catch {}
      // What is left when a character of one line changes is at most what the other signer said about the same text.
      if (opened) {
        expect(opened.text).toBe(text);
        expect(opened.signedBy).toHaveLength(1);
      }
    }
  });

  test("a signature of a known key that fails refuses the note; one of an unknown key is read over", () => {
    const forged = makeNote(text, [signatureLine(`${text}more\n`, log), signatureLine(text, witness)]);
    expect(() => openNote(forged, [verifierOf(log), verifierOf(witness)])).toThrow(/is not over this note/);
    const other = { ...log, privateKey: key() };
    expect(
      openNote(makeNote(text, [signatureLine(text, other), signatureLine(text, log)]), [verifierOf(log)]).signedBy,
    ).toHaveLength(1);
    expect(() => openNote(makeNote(text, [signatureLine(text, other)]), [verifierOf(log)])).toThrow(
      /none of the known keys/,
    );
  });

  test("a time that was not signed is refused", () => {
    const line = signatureLine(text, witness, 5);
    const bytes = Buffer.from(line.split(" ")[2] as string, "base64");
    bytes[11] = 6;
    const changed = makeNote(text, [`— ${witness.name} ${bytes.toString("base64")}\n`]);
    expect(() => openNote(changed, [verifierOf(witness)])).toThrow(/is not over this note/);
  });

  test("what is no note is said to be none", () => {
    for (const bad of [
      "",
      "x",
      "a\n\n",
      "a\n\nb\n",
      `${text}\n`,
      signed.slice(0, -1),
      signed.replace("— ", "- "),
      `\t${signed}`,
    ])
      expect(() => parseNote(bad), JSON.stringify(bad)).toThrow(/not a signed note/);
    for (const bad of ["", "a+00000000+AAAA", verifierKey(log).replace("+", "+0")])
      expect(() => parseVerifierKey(bad)).toThrow();
  });

  test.skipIf(!existsSync(vectors))(
    "the published notes open with their keys (skipped where the vectors are absent)",
    () => {
      const names = readdirSync(join(vectors, "note")).filter((name) => name.endsWith(".note"));
      expect(names.length).toBe(2);
      for (const name of names) {
        const note = readFileSync(join(vectors, "note", name), "utf8");
        const vkey = readFileSync(join(vectors, "note", name.replace(".note", ".vkey")), "utf8");
        expect(openNote(note, [parseVerifierKey(vkey)]).signedBy).toHaveLength(1);
      }
    },
  );

  test.skipIf(!existsSync(vectors))("Ed25519: every case of Wycheproof (skipped where the vectors are absent)", () => {
    const { testGroups } = JSON.parse(readFileSync(join(vectors, "wycheproof", "ed25519_test.json"), "utf8"));
    let cases = 0;
    for (const group of testGroups) {
      const publicKey = publicKeyOf(Buffer.from(group.publicKey.pk, "hex"));
      for (const { msg, sig, result, tcId } of group.tests) {
        const valid = verify(null, Buffer.from(msg, "hex"), publicKey, Buffer.from(sig, "hex"));
        expect(valid, `case ${tcId}`).toBe(result === "valid");
        cases++;
      }
    }
    expect(cases).toBe(151);
  });
});

describe("checkpoints and proof files", () => {
  test("what is written is read back", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 40 }),
        (size, root, hashes) => {
          const checkpoint = { origin: "log.example/audit/1", size, root: Buffer.from(root) };
          expect(parseCheckpoint(checkpointText(checkpoint))).toEqual(checkpoint);
          const proof = { index: size, hashes: hashes.map((one) => Buffer.from(one)), note: signed };
          expect(parseTlogProof(tlogProof(proof))).toEqual(proof);
        },
      ),
    );
  });

  test("a size with a sign, a leading zero or more than 16 digits, and a short root, are refused", () => {
    const root = Buffer.alloc(32).toString("base64");
    for (const bad of [
      "",
      "o\n1\n",
      `o\n01\n${root}\n`,
      `o\n-1\n${root}\n`,
      `o\n12345678901234567\n${root}\n`,
      `o\n1\nAAAA\n`,
      `o\n1\n${root}`,
      `o\n1\n${root}\n\nx\n`,
    ])
      expect(() => parseCheckpoint(bad), JSON.stringify(bad)).toThrow(/not a checkpoint/);
  });

  test("the untrusted extra of a proof file is read over", () => {
    const proof = { index: 3, hashes: [Buffer.alloc(32, 1)], note: signed };
    expect(parseTlogProof(tlogProof(proof).replace("\nindex", "\nextra AAAA\nindex"))).toEqual(proof);
    expect(() => parseTlogProof(tlogProof(proof).replace("index 3", "index 03"))).toThrow(/not a tlog-proof/);
  });

  test("tiles have one path each", () => {
    expect(tileNumber(1_234_067)).toBe("x001/x234/067");
    expect(tileNumber(5)).toBe("005");
    expect(parseTilePath("0/x001/x234/067.p/17")).toEqual({ level: 0, index: 1_234_067, width: 17 });
    expect(parseTilePath("entries/000")).toEqual({ level: "entries", index: 0, width: 256 });
    for (const bad of [
      "0/5",
      "0/x000/005",
      "64/000",
      "0/000.p/256",
      "0/000.p/0",
      "0/000.p/01",
      "-1/000",
      "00/000",
      "0/../000",
    ])
      expect(parseTilePath(bad), bad).toBeNull();
    fc.assert(
      fc.property(fc.nat(), fc.nat(63), (index, level) => {
        expect(parseTilePath(`${level}/${tileNumber(index)}`)).toEqual({ level, index, width: 256 });
      }),
    );
  });
});
