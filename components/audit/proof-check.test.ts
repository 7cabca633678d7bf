import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { checkpointText } from "@/lib/audit/checkpoint";
import { leafHash } from "@/lib/audit/entry";
import { fold, inclusionRanges } from "@/lib/audit/merkle";
import { makeNote, signatureLine, signatureTypes, verifierKey } from "@/lib/audit/note";
import type { EntryProof } from "@/lib/explorer/schema";
import { checkProof } from "./proof-check";

const signer = {
  name: "log.example/audit/1",
  type: signatureTypes.note,
  privateKey: generateKeyPairSync("ed25519").privateKey,
};
const headers = Array.from({ length: 70 }, (_, at) => JSON.stringify({ v: 1, seq: at, text: "ü" }));
const leaves = headers.map((header) => leafHash(Buffer.from(header)));

function proofOf(index: number, size: number): EntryProof {
  const root = fold(leaves.slice(0, size));
  const text = checkpointText({ origin: signer.name, size, root });
  return {
    header: headers[index] as string,
    index,
    size,
    leaf: (leaves[index] as Buffer).toString("base64"),
    root: root.toString("base64"),
    steps: inclusionRanges(index, size).map(([from, to]) => ({
      from,
      to,
      hash: fold(leaves.slice(from, to)).toString("base64"),
    })),
    note: makeNote(text, [signatureLine(text, signer)]),
    keys: [verifierKey(signer)],
  };
}

describe("what the browser checks", () => {
  test("every entry of trees of up to 70 leaves is found in the tree, by the path that is shown", async () => {
    for (const size of [1, 2, 3, 7, 8, 33, 70])
      for (let index = 0; index < size; index++) {
        const check = await checkProof(proofOf(index, size));
        expect(check, `${index} of ${size}`).toMatchObject({ leafFits: true, rootFits: true, signed: true });
        for (const step of check.steps) expect(step.side === "left" ? step.to <= index : step.from > index).toBe(true);
      }
  });

  test("a changed header, path, root, size or signature is seen", async () => {
    const proof = proofOf(20, 33);
    const other = Buffer.alloc(32, 3).toString("base64");
    expect(await checkProof({ ...proof, header: proof.header.replace("20", "21") })).toMatchObject({
      leafFits: false,
      rootFits: false,
    });
    expect(await checkProof({ ...proof, index: 21 })).toMatchObject({ rootFits: false });
    expect(await checkProof({ ...proof, steps: proof.steps.slice(1) })).toMatchObject({ rootFits: false });
    expect(
      await checkProof({
        ...proof,
        steps: proof.steps.map((step, at) => (at === 2 ? { ...step, hash: other } : step)),
      }),
    ).toMatchObject({ rootFits: false });
    expect(await checkProof({ ...proof, note: proof.note.replace("\n33\n", "\n34\n") })).toMatchObject({
      rootFits: false,
      signed: false,
    });
    expect(
      await checkProof({
        ...proof,
        keys: [verifierKey({ ...signer, privateKey: generateKeyPairSync("ed25519").privateKey })],
      }),
    ).toMatchObject({ signed: false });
  });
});
