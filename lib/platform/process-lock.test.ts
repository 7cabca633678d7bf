import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockHolder, takeLock } from "@/lib/platform/process-lock.mjs";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "countersign-lock-"));
  path = join(folder, "sub", "server.lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

function taken(path: string) {
  const lock = takeLock(path);
  if (!lock.taken) throw new Error("the lock is held");
  return lock;
}

test("the second one is told who holds the lock and where it answers", () => {
  taken(path).note({ address: "http://localhost:3000" });
  expect(takeLock(path)).toMatchObject({
    taken: false,
    holder: { pid: process.pid, address: "http://localhost:3000" },
  });
});

test("a released lock can be taken again and leaves nothing behind", () => {
  taken(path).release();
  expect(existsSync(path)).toBe(false);
  taken(path).release();
  expect(readdirSync(join(folder, "sub"))).toEqual([]);
});

test("the lock of a process that was killed is taken over", async () => {
  const lock = join(process.cwd(), "lib/platform/process-lock.mjs");
  const program = `import(${JSON.stringify(lock)}).then(({ takeLock }) => {
    takeLock(${JSON.stringify(path)});
    console.log("taken");
    setInterval(() => {}, 1000);
  })`;
  const child = spawn(process.execPath, ["-e", program]);
  await new Promise((settle) => child.stdout.once("data", settle));
  expect(lockHolder(path)?.pid).toBe(child.pid);
  child.kill("SIGKILL");
  await new Promise((settle) => child.once("close", settle));
  expect(lockHolder(path)).toBeNull();
  expect(takeLock(path).taken).toBe(true);
});

test.runIf(existsSync("/proc/self/stat"))(
  "a process number that was given to another process does not hold the lock",
  () => {
    taken(path).release();
    writeFileSync(path, JSON.stringify({ pid: process.pid, startedAt: "1" }));
    expect(takeLock(path).taken).toBe(true);
  },
);

test("an unreadable lock file is replaced", () => {
  taken(path).release();
  writeFileSync(path, "");
  expect(takeLock(path).taken).toBe(true);
});
