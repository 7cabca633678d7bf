#!/usr/bin/env node
// Verifies an export of a Countersign log, offline: `node verify.mjs export.ndjson [--key <verifier key>]… [--json]`.
// One file, no dependencies, Node 20 or later. Shares no code with the program that wrote the log; the same text runs in the page `verify.html`.
//
// What is checked, from the bytes alone:
//   every header hashes to its leaf, names its place, and links to the entry before it in its lane, back to the lane's genesis
//   every payload that is in the export hashes to the commitment in its header, field by field
//   the leaves give the root of every checkpoint in the export (RFC 6962), and each checkpoint carries a signature of the log (C2SP signed-note)
//   in a selection, every entry has a proof that leads to the checkpoint's root
// A key that the auditor wrote down earlier (`--key`, or /log/key) shows who signed; the keys inside the export show only that it is consistent.

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

// ---------------------------------------------------------------- one entry

const fieldDomain = encoder.encode("countersign/field/v1\n");
const payloadDomain = encoder.encode("countersign/payload/v1\n");

/** What one entry line says, hashed: nothing here looks at another line. `problem` is {field, message} or null. */
export function readEntry(line, sha256) {
  const headerBytes = encoder.encode(line.header);
  const leaf = sha256(join([Uint8Array.of(0), headerBytes]));
  const header = JSON.parse(line.header);
  let problem = null;
  if (line.leaf !== toBase64(leaf))
    problem = { field: "header", message: "the header does not hash to the leaf that is stored with it" };
  else if (header.v !== 1) problem = { field: "header", message: "the header is of an unknown version" };
  else if (header.lane !== line.lane || header.seq !== line.seq)
    problem = {
      field: "seq",
      message: `the row says entry ${line.seq} of lane ${line.lane}, its header entry ${header.seq} of lane ${header.lane}`,
    };
  if (!problem && typeof line.payload === "string") {
    const commit = header.commit === undefined ? null : commitmentOf(line.payload, sha256);
    if (commit === null) problem = { field: "payload", message: "there is content, but the header commits to none" };
    else if (commit !== header.commit)
      problem = {
        field: "payload",
        message: "the content was changed: it does not hash to the commitment in the header",
      };
  }
  const content = header.commit === undefined ? "none" : typeof line.payload === "string" ? "checked" : "left out";
  return { leaf, header, problem, content };
}

/** The commitment of a stored body: {"name":["salt",value],…}; a redacted field is ["digest"]. The text is hashed as it is. */
export function commitmentOf(body, sha256) {
  const parts = [payloadDomain];
  for (const [name, value] of members(body)) {
    const elements = [...items(value)];
    const bytes = encoder.encode(JSON.parse(name));
    const named = join([uint32(bytes.length), bytes]);
    const salt = fromBase64(JSON.parse(elements[0]));
    if (elements.length === 1) parts.push(named, salt);
    else {
      const content = encoder.encode(elements[1]);
      parts.push(named, sha256(join([fieldDomain, salt, named, uint32(content.length), content])));
    }
  }
  return toBase64(sha256(join(parts)));
}

/** Members of a JSON object as [name, value], both as they are written. */
function* members(text) {
  let at = 1;
  while (at < text.length && text[at] !== "}") {
    const nameEnd = skip(text, at);
    const valueEnd = skip(text, nameEnd + 1);
    yield [text.slice(at, nameEnd), text.slice(nameEnd + 1, valueEnd)];
    at = valueEnd + (text[valueEnd] === "," ? 1 : 0);
  }
}

function* items(text) {
  let at = 1;
  while (at < text.length && text[at] !== "]") {
    const end = skip(text, at);
    yield text.slice(at, end);
    at = end + (text[end] === "," ? 1 : 0);
  }
}

/** Index after the JSON value that begins at `at`. Canonical JSON has no white space. */
function skip(text, at) {
  let depth = 0;
  for (let index = at; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 34) {
      do {
        index = text.indexOf('"', index + 1);
        if (index < 0) return text.length;
      } while (escaped(text, index));
    } else if (code === 123 || code === 91) depth++;
    else if (code === 125 || code === 93) {
      if (depth === 0) return index;
      depth--;
    } else if ((code === 44 || code === 58) && depth === 0) return index;
    if (depth === 0 && (code === 125 || code === 93 || code === 34)) return index + 1;
  }
  return text.length;
}

function escaped(text, at) {
  let slashes = 0;
  while (text[at - 1 - slashes] === "\\") slashes++;
  return slashes % 2 === 1;
}

// ---------------------------------------------------------------- the whole export

/**
 * Feeds on the lines of an export in order, `entry` lines together with what `readEntry` made of them.
 * `end()` returns {ok, faults, …counts, signatures}; `signatures` are still to be checked: {publicKey, message, signature, line}.
 */
export function verifier(sha256, trusted = []) {
  const faults = [];
  const lanes = new Map();
  const stack = [];
  const signatures = [];
  const counts = { entries: 0, payloadsChecked: 0, payloadsLeftOut: 0, checkpoints: 0 };
  let head = null;
  let size = 0;
  let lineNumber = 0;
  let selected = null;
  let newest = null;
  let ended = false;

  const wrong = (field, message, entry = {}) =>
    faults.push({ line: lineNumber, lane: entry.lane ?? null, seq: entry.seq ?? null, field, message });
  const node = (left, right) => sha256(join([Uint8Array.of(1), left, right]));
  const root = () => {
    if (stack.length === 0) return sha256(new Uint8Array());
    return stack.map(({ hash }) => hash).reduceRight((right, left) => node(left, right));
  };

  function open(line) {
    if (line.v !== 1) return wrong("v", `this is an export of version ${line.v}, and this verifier knows version 1`);
    head = line;
    selected = line.selection ? new Map() : null;
  }

  function entry(line, read) {
    counts.entries++;
    if (read.content === "checked") counts.payloadsChecked++;
    if (read.content === "left out") counts.payloadsLeftOut++;
    if (read.problem) wrong(read.problem.field, read.problem.message, line);
    if (read.header.origin !== head.origin) wrong("header", "the header names another log", line);
    if (selected) return proven(line, read.leaf);
    if (line.index !== size)
      wrong("index", `leaf ${size} is missing or out of order; the row says ${line.index}`, line);
    size++;
    for (let carry = { height: 0, hash: read.leaf }; ; ) {
      const last = stack.at(-1);
      if (!last || last.height !== carry.height) {
        stack.push(carry);
        break;
      }
      stack.pop();
      carry = { height: carry.height + 1, hash: node(last.hash, carry.hash) };
    }
    linked(line, read);
  }

  function linked(line, { header, leaf }) {
    const lane = lanes.get(line.lane) ?? {
      seq: 0,
      head: sha256(encoder.encode(`countersign/genesis/v1\n${head.origin}\n${line.lane}`)),
      closed: false,
    };
    if (line.seq !== lane.seq + 1) wrong("seq", `entry ${lane.seq + 1} of lane ${line.lane} is missing`, line);
    else if (header.prev !== toBase64(lane.head))
      wrong("header", "the header does not link to the entry before it", line);
    if ((line.seq === 1) !== (header.kind === "lane_opened"))
      wrong("header", "a lane is opened by its first entry and by no other", line);
    if (lane.closed) wrong("header", "an entry follows the one that closes the lane", line);
    lanes.set(line.lane, { seq: line.seq, head: leaf, closed: header.kind === "lane_closed" });
  }

  function proven(line, leaf) {
    const list = selected.get(head.size) ?? [];
    list.push({ line, leaf, lineNumber });
    selected.set(head.size, list);
  }

  function checkpoint(line) {
    counts.checkpoints++;
    const split = line.note.lastIndexOf("\n\n");
    const text = line.note.slice(0, split + 1);
    const [origin, count, rootText] = text.split("\n");
    if (origin !== head.origin) wrong("note", "the checkpoint is of another log");
    if (!selected && Number(count) !== size)
      wrong("note", `the checkpoint of ${count} leaves stands after leaf ${size}`);
    else if (!selected && rootText !== toBase64(root()))
      wrong(
        "note",
        `the entries do not have the root of the checkpoint of ${count} leaves: one of them, or their order, was changed`,
      );
    newest = { size: Number(count), root: rootText };
    const lines = line.note
      .slice(split + 2)
      .split("\n")
      .filter(Boolean);
    const keys = (trusted.length > 0 ? trusted : head.keys).map(readKey);
    let signed = false;
    for (const signatureLine of lines) {
      const [, name, encoded] = /^— (\S+) (\S+)$/.exec(signatureLine) ?? [];
      const bytes = fromBase64(encoded ?? "");
      for (const key of keys) {
        if (key.type !== 1 || key.name !== name || !same(keyId(key), bytes.slice(0, 4))) continue;
        signatures.push({
          publicKey: key.publicKey,
          message: encoder.encode(text),
          signature: bytes.slice(4),
          line: lineNumber,
          size: Number(count),
        });
        signed = true;
      }
    }
    if (!signed)
      wrong(
        "note",
        `no ${trusted.length > 0 ? "trusted " : ""}key of the log signed the checkpoint of ${count} leaves`,
      );
  }

  function keyId({ name, type, publicKey }) {
    return sha256(join([encoder.encode(`${name}\n`), Uint8Array.of(type), publicKey])).slice(0, 4);
  }

  return {
    /** @param read what `readEntry` made of an entry line */
    add(line, read) {
      lineNumber++;
      if (faults.length >= 20) return;
      if (lineNumber === 1 && line.type !== "export")
        return wrong("type", "the first line of an export says what it is");
      if (line.type === "export") open(line);
      else if (!head) return;
      else if (line.type === "entry") entry(line, read);
      else if (line.type === "checkpoint") checkpoint(line);
      else if (line.type === "end") {
        ended = true;
        if (line.entries !== counts.entries)
          wrong("entries", `the export says ${line.entries} entries and holds ${counts.entries}`);
      } else wrong("type", `a line of the unknown type ${JSON.stringify(line.type)}`);
    },
    unreadable(message) {
      lineNumber++;
      if (faults.length < 20) wrong("line", message);
    },
    end() {
      if (head && !ended) wrong("end", "the export is cut off: its last line is missing");
      if (!newest) wrong("note", "the export holds no checkpoint");
      else if (selected)
        for (const { line, leaf, lineNumber: at } of selected.get(head.size) ?? []) {
          const proof = (line.proof ?? []).map(fromBase64);
          const found = rootFrom(leaf, line.index, head.size, proof, node);
          if (newest.size !== head.size || !found || toBase64(found) !== newest.root)
            faults.push({
              line: at,
              lane: line.lane,
              seq: line.seq,
              field: "proof",
              message: "the proof does not lead from this entry to the root of the checkpoint",
            });
        }
      else if (size !== newest.size) wrong("index", `${size - newest.size} entries stand after the newest checkpoint`);
      return {
        ok: faults.length === 0,
        faults,
        ...counts,
        lanes: lanes.size,
        origin: head?.origin ?? null,
        size: newest?.size ?? 0,
        root: newest?.root ?? null,
        keysTrusted: trusted.length > 0,
        signatures,
      };
    },
  };
}

/** The root that a proof leads to; null when it has the wrong length. RFC 9162 §2.1.3.2. */
function rootFrom(leaf, index, size, proof, node) {
  if (!(index >= 0 && index < size)) return null;
  let [at, last, hash] = [BigInt(index), BigInt(size) - 1n, leaf];
  for (const sibling of proof) {
    if (last === 0n || sibling.length !== 32) return null;
    if (at % 2n === 1n || at === last) {
      hash = node(sibling, hash);
      while (at % 2n === 0n && at !== 0n) [at, last] = [at / 2n, last / 2n];
    } else hash = node(hash, sibling);
    [at, last] = [at / 2n, last / 2n];
  }
  return last === 0n ? hash : null;
}

/** `name+hash+base64(type ‖ key)` */
function readKey(text) {
  const plus = text.indexOf("+");
  const bytes = fromBase64(text.slice(text.indexOf("+", plus + 1) + 1));
  return { name: text.slice(0, plus), type: bytes[0], publicKey: bytes.slice(1) };
}

// ---------------------------------------------------------------- bytes

function join(parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function uint32(value) {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

function same(left, right) {
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}

function toBase64(bytes) {
  if (typeof Buffer !== "undefined")
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64(text) {
  if (typeof Buffer !== "undefined") return new Uint8Array(Buffer.from(text, "base64"));
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

// ---------------------------------------------------------------- Node

/** Lines of [from, to) of a file that begin in it. */
async function* linesOf(path, from, to) {
  const { open } = await import("node:fs/promises");
  const file = await open(path);
  try {
    let at = from;
    let rest = Buffer.alloc(0);
    let skipping = from > 0;
    const chunk = Buffer.alloc(1 << 20);
    if (skipping) at = from - 1;
    let begin = at;
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
      if (bytesRead === 0) break;
      at += bytesRead;
      let data =
        rest.length > 0
          ? Buffer.concat([rest, chunk.subarray(0, bytesRead)])
          : Buffer.from(chunk.subarray(0, bytesRead));
      let newline = data.indexOf(10);
      while (newline >= 0) {
        if (skipping) skipping = false;
        else {
          if (begin >= to) return;
          yield data.subarray(0, newline);
        }
        begin += newline + 1;
        if (begin >= to) return;
        data = data.subarray(newline + 1);
        newline = data.indexOf(10);
      }
      rest = data;
    }
    if (rest.length > 0 && !skipping && begin < to) yield rest;
  } finally {
    await file.close();
  }
}

/** A portion of lines, parsed and hashed: entries lose header text and payload, so that little crosses between threads. */
function digest(text, sha256) {
  try {
    const line = JSON.parse(decoder.decode(text));
    if (line.type !== "entry") return { line };
    const { leaf, header, problem, content } = readEntry(line, sha256);
    const { origin, prev, kind } = header;
    return {
      line: {
        type: "entry",
        index: line.index,
        lane: line.lane,
        seq: line.seq,
        ...(line.proof ? { proof: line.proof } : {}),
      },
      read: { leaf, header: { origin, prev, kind }, problem, content },
    };
  } catch (error) {
    return { unreadable: `the line cannot be read: ${error.message}` };
  }
}

async function main() {
  const { hash, createPublicKey, verify } = await import("node:crypto");
  const { statSync } = await import("node:fs");
  const { availableParallelism } = await import("node:os");
  const { isMainThread, parentPort, Worker, workerData } = await import("node:worker_threads");
  const sha256 = (bytes) => new Uint8Array(hash("sha256", bytes, "buffer"));

  if (!isMainThread) {
    let portion = [];
    for await (const text of linesOf(workerData.path, workerData.from, workerData.to)) {
      portion.push(digest(text, sha256));
      if (portion.length === 2000) {
        parentPort.postMessage(portion);
        portion = [];
      }
    }
    parentPort.postMessage(portion);
    parentPort.postMessage(null);
    return;
  }

  const path = process.argv.slice(2).find((argument, at, all) => !argument.startsWith("--") && all[at - 1] !== "--key");
  const trusted = process.argv.flatMap((argument, at) => (argument === "--key" ? [process.argv[at + 1] ?? ""] : []));
  if (!path) {
    console.error("Usage: node verify.mjs <export.ndjson> [--key <verifier key>]… [--json]");
    process.exit(2);
  }
  const started = performance.now();
  const { size } = statSync(path);
  const threads = size > 4 << 20 ? Math.max(2, availableParallelism()) : 1;
  const check = verifier(sha256, trusted);
  const take = ({ line, read, unreadable }) => (unreadable ? check.unreadable(unreadable) : check.add(line, read));
  if (threads === 1) for await (const text of linesOf(path, 0, size)) take(digest(text, sha256));
  else {
    // Portions of the file are hashed in parallel, and put together in order.
    const part = Math.min(Math.ceil(size / threads), 8 << 20);
    const starts = Array.from({ length: Math.ceil(size / part) }, (_, at) => at * part);
    const running = [];
    const begin = () => {
      const from = starts.shift();
      if (from === undefined) return;
      const queue = [];
      let wake = () => {};
      const arrived = (message) => {
        queue.push(message);
        wake();
      };
      const worker = new Worker(new URL(import.meta.url), {
        workerData: { path, from, to: Math.min(from + part, size) },
      });
      worker.on("message", arrived);
      worker.on("error", (error) => {
        arrived([{ unreadable: error.message }]);
        arrived(null);
      });
      running.push({
        queue,
        wait: () =>
          new Promise((resolve) => {
            wake = resolve;
          }),
      });
    };
    for (let at = 0; at < threads; at++) begin();
    while (running.length > 0) {
      const first = running[0];
      for (let over = false; !over; ) {
        if (first.queue.length === 0) await first.wait();
        while (first.queue.length > 0 && !over) {
          const portion = first.queue.shift();
          if (portion === null) over = true;
          else for (const one of portion) take(one);
        }
      }
      running.shift();
      begin();
    }
  }
  const { signatures, ...result } = check.end();
  for (const { publicKey, message, signature, line, size: leaves } of signatures) {
    const key = createPublicKey({
      key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), publicKey]),
      format: "der",
      type: "spki",
    });
    if (!verify(null, message, key, signature))
      result.faults.push({
        line,
        lane: null,
        seq: null,
        field: "note",
        message: `the signature of the checkpoint of ${leaves} leaves is wrong`,
      });
  }
  result.ok = result.faults.length === 0;
  const milliseconds = Math.round(performance.now() - started);
  report(
    { ...result, milliseconds, entriesPerSecond: Math.round((result.entries / Math.max(milliseconds, 1)) * 1000) },
    process.argv.includes("--json"),
  );
  process.exitCode = result.ok ? 0 : 1;
}

function report(result, json) {
  if (json) return console.log(JSON.stringify(result));
  console.log(
    `${result.origin ?? "unknown log"}: ${result.entries} entries, ${result.payloadsChecked} contents hashed again, ${result.payloadsLeftOut} not in the export, ${result.lanes} lanes, ${result.checkpoints} checkpoints`,
  );
  console.log(`tree of ${result.size} leaves, root ${result.root ?? "none"}`);
  console.log(`${(result.milliseconds / 1000).toFixed(1)} s, ${result.entriesPerSecond} entries/s`);
  if (!result.keysTrusted) console.log("The keys were taken from the export itself: pass --key to show who signed it.");
  for (const { line, lane, seq, field, message } of result.faults)
    console.log(`FAULT line ${line}${seq === null ? "" : `, entry ${seq} of lane ${lane}`}, ${field}: ${message}`);
  console.log(result.ok ? "OK: nothing in this export was changed." : "NOT OK: see the faults above.");
}

// Only when it is the program itself: not in a page, nor inside another program.
if (typeof process !== "undefined" && process.argv?.[1] && import.meta.url.endsWith("/verify.mjs")) {
  const { realpathSync } = await import("node:fs");
  const { fileURLToPath } = await import("node:url");
  if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
}
