import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { env } from "@/lib/env";
import { testDatabase } from "@/lib/testing/database";
import { testLane, testLog } from "@/lib/testing/lane";
import { leafHash } from "./entry";
import { type ExportOptions, exportLog } from "./export-log";
import { keyLines, logKeysOf } from "./log-keys";
import { publish } from "./publish";
import { integrate } from "./sequence";

const folder = mkdtempSync(join(tmpdir(), "countersign-export-"));
const { ownerUrl } = await testDatabase({ dataDirectory: folder, anchorFile: join(folder, "anchor.log") });
afterAll(() => rmSync(folder, { recursive: true }));

type Result = {
  ok: boolean;
  entries: number;
  payloadsChecked: number;
  payloadsLeftOut: number;
  checkpoints: number;
  lanes: number;
  size: number;
  faults: { line: number; lane: number | null; seq: number | null; field: string; message: string }[];
};

/** Runs the verifier as an auditor does: another process, the file alone. */
function verify(text: string, ...options: string[]): Result {
  const path = join(folder, "export.ndjson");
  writeFileSync(path, text);
  const run = spawnSync(process.execPath, ["tools/verify.mjs", path, "--json", ...options], { encoding: "utf8" });
  expect(run.stderr).toBe("");
  const result = JSON.parse(run.stdout) as Result;
  expect(run.status).toBe(result.ok ? 0 : 1);
  return result;
}

async function exported(options: ExportOptions): Promise<string> {
  let text = "";
  for await (const part of exportLog(options)) text += part;
  return text;
}

let whole = "";
let lane: Awaited<ReturnType<typeof testLane>>;
const seqs: bigint[] = [];
beforeAll(async () => {
  await testLog(ownerUrl);
  lane = await testLane();
  const other = await testLane();
  for (let round = 0; round < 3; round++) {
    const payload = {
      arguments: { to: "DE1", note: 'quotes " and \\ and ü', list: [1, [2, { a: "}" }]] },
      reasoning: "because",
    };
    seqs.push(
      ...(await lane.write(
        ...Array.from({ length: 40 }, () => ({ kind: "decision" as const, outcome: "deny", scope: "system", payload })),
      )),
    );
    await other.write(...Array.from({ length: 60 }, () => ({ kind: "decision" as const, outcome: "allow" })));
    await integrate();
    await publish();
  }
  whole = await exported({ payloads: true });
});

describe("the offline verifier", () => {
  test("accepts the whole log, with every content hashed again and every checkpoint's root met", () => {
    const result = verify(
      whole,
      "--key",
      keyLines(logKeysOf(env().signingKey, "countersign.test/audit/1")).split("\n")[0] as string,
    );
    expect(result.faults).toEqual([]);
    expect(result).toMatchObject({ ok: true, payloadsChecked: 120, payloadsLeftOut: 0, checkpoints: 3, lanes: 3 });
    expect(result.entries).toBe(result.size);
  });

  test("accepts an export without contents, and says how many it could not look at", async () => {
    expect(verify(await exported({ payloads: false }))).toMatchObject({
      ok: true,
      payloadsChecked: 0,
      payloadsLeftOut: 120,
    });
  });

  test("accepts a selection by its proofs alone", async () => {
    async function* selection() {
      yield seqs.slice(3, 40).map((seq) => ({ lane: lane.lane, seq }));
      yield seqs.slice(90).map((seq) => ({ lane: lane.lane, seq }));
    }
    const text = await exported({ payloads: true, selection: selection() });
    expect(verify(text)).toMatchObject({ ok: true, entries: 37 + 30, payloadsChecked: 67 });
    const lines = text.split("\n");
    const entry = JSON.parse(lines[5] as string);
    entry.proof[2] = entry.proof[1];
    lines[5] = JSON.stringify(entry);
    expect(verify(lines.join("\n")).faults).toMatchObject([{ line: 6, seq: entry.seq, field: "proof" }]);
  });

  test("names line, entry and field of whatever was changed, removed, added or moved", () => {
    const lines = whole.trimEnd().split("\n");
    const at = lines.findIndex((line) => line.includes('"payload"'));
    const entry = JSON.parse(lines[at] as string);
    const changed = (edit: (copy: typeof entry) => void) => {
      const copy = structuredClone(entry);
      edit(copy);
      return lines.with(at, JSON.stringify(copy)).join("\n");
    };
    const named = { line: at + 1, lane: entry.lane, seq: entry.seq };
    const first = (text: string) => verify(text).faults[0];
    expect(
      first(
        changed((one) => {
          one.header = one.header.replace("deny", "allo");
        }),
      ),
    ).toMatchObject({ ...named, field: "header" });
    expect(
      first(
        changed((one) => {
          one.payload = one.payload.replace("because", "Because");
        }),
      ),
    ).toMatchObject({ ...named, field: "payload" });
    expect(
      first(
        changed((one) => {
          one.payload = one.payload.replace("DE1", "DE2");
        }),
      ),
    ).toMatchObject({ ...named, field: "payload" });
    expect(
      first(
        changed((one) => {
          one.leaf = one.leaf.replace(/^./, (c: string) => (c === "A" ? "B" : "A"));
        }),
      ),
    ).toMatchObject({ ...named, field: "header" });
    expect(
      first(
        changed((one) => {
          one.seq += 1;
        }),
      ),
    ).toMatchObject({ line: at + 1, field: "seq" });
    expect(first(lines.toSpliced(at, 1).join("\n"))).toMatchObject({ line: at + 1, field: "index" });
    expect(first(lines.toSpliced(at, 0, lines[at] as string).join("\n"))).toMatchObject({
      line: at + 2,
      field: "index",
    });
    expect(first(lines.slice(0, -1).join("\n"))).toMatchObject({ field: "end" });
    expect(first(lines.slice(0, at).join("\n"))).toMatchObject({ field: "end" });
    expect(first(lines.with(at, "{").join("\n"))).toMatchObject({ line: at + 1, field: "line" });
  });

  test("the last entry of a lane, changed together with its leaf, still misses the root of the checkpoint", () => {
    const lines = whole.trimEnd().split("\n");
    const at = lines.length - 3; // before the newest checkpoint and the end
    const entry = JSON.parse(lines[at] as string);
    entry.header = entry.header.replace('"allow"', '"deny"');
    entry.leaf = leafHash(Buffer.from(entry.header)).toString("base64");
    const forged = verify(lines.with(at, JSON.stringify(entry)).join("\n"));
    expect(forged.faults).toMatchObject([{ field: "note", message: expect.stringMatching(/do not have the root/) }]);
  });

  test("a checkpoint that another key signed is refused", () => {
    const other = logKeysOf(env().signingKey, "countersign.test/audit/2");
    const key = keyLines(other).split("\n")[0]?.replace("audit/2", "audit/1") as string;
    expect(verify(whole, "--key", key).faults[0]).toMatchObject({
      field: "note",
      message: expect.stringMatching(/no trusted key/),
    });
    const note = /"note":"([^"]*)"/.exec(whole)?.[1] as string;
    const bad = whole.replaceAll(note, note.replace(/.{6}\\n$/, "AAAA==\\n"));
    expect(verify(bad).ok).toBe(false);
  });

  test("large files are checked in portions, with the same result", () => {
    // The file is padded by spaces that JSON reads over, so that threads share it.
    const padded = whole.replaceAll('{"type":"entry"', `{${" ".repeat(20_000)}"type":"entry"`);
    expect(padded.length).toBeGreaterThan(4 << 20);
    expect(verify(padded)).toMatchObject({ ok: true, payloadsChecked: 120 });
    expect(readFileSync("tools/verify.mjs", "utf8")).not.toMatch(/from "(?!node:)/);
  });
});
