import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logKeysOf } from "@/lib/audit/log-keys";
import { makeNote, openNote, signatureLine, signatureTypes, verifierKey, verifierOf } from "@/lib/audit/note";
import { consistencyHashes, newestCheckpoint } from "@/lib/audit/proofs";
import { publish, servedCheckpoint } from "@/lib/audit/publish";
import { integrate, treeState } from "@/lib/audit/sequence";
import { askWitnesses, seenOutside } from "@/lib/audit/witnesses";
import { env, provideEnvironment } from "@/lib/env";
import { testDatabase } from "@/lib/testing/database";
import { type TestLane, testLane, testLog } from "@/lib/testing/lane";
import { addCheckpoint, type Witness } from "./witness";

const folder = mkdtempSync(join(tmpdir(), "countersign-witness-"));
const { ownerUrl } = await testDatabase({ dataDirectory: folder, anchorFile: join(folder, "anchor.log") });
const origin = "countersign.test/audit/1";
const log = () => logKeysOf(env().signingKey, origin).log;
const signer = {
  name: "witness.example/w",
  type: signatureTypes.cosignature,
  privateKey: generateKeyPairSync("ed25519").privateKey,
};
let witness: Witness;
let server: Server;
let down = false;
let lane: TestLane;

beforeAll(async () => {
  await testLog(ownerUrl);
  lane = await testLane();
  witness = {
    signer,
    logs: new Map([[origin, verifierOf(log())]]),
    path: join(folder, "seen.json"),
    now: () => 1_800_000_000,
  };
  server = createServer((request, response) => {
    if (down) return void request.socket.destroy();
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const answer = addCheckpoint(witness, body);
      response.writeHead(answer.status, { "content-type": answer.type }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  provideEnvironment({ ...env(), witnesses: [{ url, key: verifierKey(signer) }], witnessQuorum: 1 });
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

async function grown(count: number) {
  await lane.write(...Array.from({ length: count }, () => ({ kind: "decision" as const, outcome: "deny" })));
  await integrate();
  return publish();
}

const call = (old: number, proof: Buffer[], note: string) =>
  addCheckpoint(witness, `old ${old}\n${proof.map((one) => `${one.toString("base64")}\n`).join("")}\n${note}`);

describe("a witness", () => {
  test("nothing is published before the witness that is required has cosigned it, and then the note names both", async () => {
    const signed = await grown(3);
    expect(signed).not.toBeNull();
    expect(await newestCheckpoint()).toBeNull();
    down = true;
    await askWitnesses();
    expect(await newestCheckpoint()).toBeNull();
    down = false;
    await askWitnesses();
    expect((await newestCheckpoint())?.size).toBe(signed?.size);
    const { signedBy } = openNote((await servedCheckpoint())?.note ?? "", [verifierOf(log()), verifierOf(signer)]);
    expect(signedBy).toEqual([
      { name: origin, time: null },
      { name: signer.name, time: 1_800_000_000 },
    ]);
    expect(await seenOutside()).toEqual([{ name: signer.name, at: new Date(1_800_000_000_000), size: signed?.size }]);
  });

  test("is brought along from where it is, over checkpoints that it missed", async () => {
    await grown(40);
    await grown(300);
    const newest = await grown(1);
    await askWitnesses();
    expect((await newestCheckpoint())?.size).toBe(newest?.size);
    expect(JSON.parse(readFileSync(witness.path, "utf8"))[origin].size).toBe(newest?.size);
  });

  test("refuses what does not continue what it saw, and remembers nothing of it", async () => {
    const before = readFileSync(witness.path, "utf8");
    const { size, root } = await treeState();
    const note = (count: number, hash: Buffer, key = log()) => {
      const text = `${origin}\n${count}\n${hash.toString("base64")}\n`;
      return makeNote(text, [signatureLine(text, key)]);
    };
    const other = { ...log(), privateKey: generateKeyPairSync("ed25519").privateKey };
    expect(call(size, [], note(size, root, other)).status).toBe(403);
    expect(call(size, [], note(size, root).replaceAll(origin, "other.example/1")).status).toBe(404);
    expect(call(size + 5, [], note(size, root)).status).toBe(400);
    expect(call(size - 1, [], note(size, root))).toEqual({ status: 409, type: "text/x.tlog.size", body: `${size}\n` });
    expect(call(size, [], note(size, Buffer.alloc(32, 1))).status).toBe(422);
    expect(call(size, [Buffer.alloc(32)], note(size + 1, Buffer.alloc(32, 1))).status).toBe(422);
    for (const bad of [
      "",
      "old 1",
      "old x\n\n",
      `old 01\n\n${note(1, root)}`,
      `old 0\nAAAA\n\n${note(1, root)}`,
      "old 0\n\nx",
    ])
      expect(addCheckpoint(witness, bad).status, JSON.stringify(bad)).toBe(400);
    expect(readFileSync(witness.path, "utf8")).toBe(before);
    expect(call(size, [], note(size, root)).status).toBe(200);
  });

  test("a log that shows it another history gets no cosignature for it", async () => {
    const seen = (await treeState()).size;
    const proof = await consistencyHashes(seen - 1, seen);
    const text = `${origin}\n${seen + 7}\n${Buffer.alloc(32, 7).toString("base64")}\n`;
    expect(call(seen, proof, makeNote(text, [signatureLine(text, log())])).status).toBe(422);
  });
});
