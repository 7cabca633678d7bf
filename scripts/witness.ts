// `npm run witness -- --log '<first line of /log/key>' [--name w.example/w] [--port 3800] [--folder .witness]`: a witness for one or more logs, with its own key and
// memory. Run it where the log's administrators cannot reach it.

import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { parseVerifierKey, signatureTypes, verifierKey } from "@/lib/audit/note";
import { addCheckpoint } from "@/lib/witness/witness";

const { values } = parseArgs({
  options: {
    log: { type: "string", multiple: true, default: [] },
    name: { type: "string", default: "witness.local/w" },
    host: { type: "string", default: "127.0.0.1" },
    port: { type: "string", default: "3800" },
    folder: { type: "string", default: ".witness" },
  },
});
if (values.log.length === 0) {
  console.error("Name the logs to witness: --log '<the first line of /log/key>', once for each.");
  process.exit(1);
}

const folder = resolve(values.folder);
mkdirSync(folder, { recursive: true, mode: 0o700 });
const keyFile = join(folder, "key.pem");
if (!existsSync(keyFile)) {
  const made = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });
  writeFileSync(keyFile, made, { mode: 0o600, flag: "wx" });
}
const signer = {
  name: values.name,
  type: signatureTypes.cosignature,
  privateKey: createPrivateKey(readFileSync(keyFile)),
};
const logs = new Map(
  values.log.map((line) => {
    const verifier = parseVerifierKey(line);
    return [verifier.name, verifier] as const;
  }),
);
const witness = { signer, logs, path: join(folder, "seen.json"), now: () => Math.floor(Date.now() / 1000) };
const bodyLimit = 16 * 1024;

createServer((request, response) => {
  const answer = (status: number, type: string, body: string) =>
    response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) }).end(body);
  if (request.method !== "POST" || request.url !== "/add-checkpoint")
    return answer(404, "text/plain", "POST /add-checkpoint\n");
  const chunks: Buffer[] = [];
  let size = 0;
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= bodyLimit) chunks.push(chunk);
  });
  request.on("end", () => {
    if (size > bodyLimit) return answer(400, "text/plain", "the body is too large\n");
    const { status, type, body } = addCheckpoint(witness, Buffer.concat(chunks).toString("utf8"));
    answer(status, type, body);
  });
}).listen(Number(values.port), values.host, () => {
  console.log(`Witness ${values.name} is ready at http://${values.host}:${values.port}. Its verifier key:\n`);
  console.log(`  ${verifierKey(signer)}\n`);
  console.log(`Tell Countersign: COUNTERSIGN_WITNESSES='http://${values.host}:${values.port} ${verifierKey(signer)}'`);
});
