import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { expect, test } from "vitest";
import type { Answer, Decision, Receipt } from "./ask";
import { receiptKey, verifyAnswers } from "./verify-answers";

const keys = generateKeyPairSync("ed25519");
const publicKey = Buffer.from(keys.publicKey.export({ format: "jwk" }).x ?? "", "base64url");
const ring = new Map([["k1", receiptKey(publicKey.toString("base64"))]]);
const hash = (...parts: (string | Buffer)[]) =>
  createHash("sha256")
    .update(Buffer.concat(parts.map((part) => Buffer.from(part as string))))
    .digest();
const leaf = (bytes: string) => hash(Buffer.from([0]), bytes);

/** A lane of three decisions of one commit, as a correct log has it: written out by hand from the published formulas. */
function sound() {
  const headers: string[] = [];
  const answers: Answer[] = [];
  let prev = leaf("before").toString("base64");
  for (const seq of [5, 6, 7]) {
    const key = `replay-run-${seq}`;
    const idem = hash("countersign/idem/v1\n", Buffer.from([0, 0, 0, 5]), "agt_1", key).toString("base64");
    const header = JSON.stringify({ agent: "agt_1", idem, kind: "decision", lane: 9, outcome: "allow", prev, seq });
    const body = {
      agent: "agt_1",
      actionDigest: "sha256:aa",
      entryId: `dec_${seq}`,
      lane: 9,
      leaf: leaf(header).toString("base64"),
      outcome: "allow",
      prev,
      seq,
    };
    const receipt = { ...body, path: [], keyId: "k1", signature: "" } as unknown as Receipt;
    answers.push({
      call: {} as Answer["call"],
      agentId: "agt_1",
      key,
      problem: null,
      milliseconds: 1,
      decision: { id: `dec_${seq}`, outcome: "allow", reasons: [], actionDigest: "sha256:aa", receipt },
    });
    headers.push(header);
    prev = leaf(header).toString("base64");
  }
  const leaves = answers.map(({ decision }) => {
    const { path: _, keyId: __, signature: ___, ...body } = (decision as Decision).receipt;
    return leaf(JSON.stringify(body, Object.keys(body).sort()));
  }) as [Buffer, Buffer, Buffer];
  const left = hash(Buffer.from([1]), leaves[0], leaves[1]);
  const root = hash(Buffer.from([1]), left, leaves[2]);
  const paths = [
    [`r${leaves[1].toString("base64")}`, `r${leaves[2].toString("base64")}`],
    [`l${leaves[0].toString("base64")}`, `r${leaves[2].toString("base64")}`],
    [`l${left.toString("base64")}`],
  ];
  const signature = sign(
    null,
    Buffer.concat([Buffer.from("countersign/receipt/v1\n"), root]),
    keys.privateKey,
  ).toString("base64");
  for (const [index, { decision }] of answers.entries())
    Object.assign(decision?.receipt as Receipt, { path: paths[index], signature });
  return { answers, headers };
}

async function check({ answers, headers }: { answers: Answer[]; headers: string[] }) {
  return verifyAnswers(answers, ring, async function* (_lane, from) {
    for (const [index, header] of headers.entries()) yield { seq: from + index, header: Buffer.from(header) };
  });
}

test("answers whose receipts, entries and links agree are verified", async () => {
  expect(await check(sound())).toMatchObject({ verified: 3, receiptsSigned: 3, inLogOnce: 3, faults: [] });
});

test("a receipt with one other word is not verified", async () => {
  const { answers, headers } = sound();
  (answers[1]?.decision?.receipt as Receipt).ts = "2026-01-01T00:00:00Z";
  expect((await check({ answers, headers })).verified).toBe(2);
});

test("a receipt of an unknown key is not verified", async () => {
  const { answers, headers } = sound();
  (answers[0]?.decision?.receipt as Receipt).keyId = "k2";
  expect((await check({ answers, headers })).verified).toBe(2);
});

test("an entry that was rewritten breaks its lane, and nothing on it is verified", async () => {
  const { answers, headers } = sound();
  headers[1] = (headers[1] as string).replace("allow", "deny");
  const result = await check({ answers, headers });
  expect(result.verified).toBe(0);
  expect(result.lanes[0]?.intact).toBe(false);
});

test("an entry that is missing at the end breaks its lane", async () => {
  const { answers, headers } = sound();
  expect((await check({ answers, headers: headers.slice(0, 2) })).verified).toBe(0);
});

test("a decision whose key is in the log twice is not verified", async () => {
  const { answers, headers } = sound();
  (answers[2] as Answer).key = (answers[0] as Answer).key;
  expect((await check({ answers, headers })).inLogOnce).toBeLessThan(3);
});
