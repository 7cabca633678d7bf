import { execFileSync } from "node:child_process";
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { testCluster } from "@/lib/testing/database";
import { load, nothingLost, until } from "@/lib/testing/outage";
import { testAgent, testPlaneOn } from "@/lib/testing/plane";
import { startProgram } from "@/lib/testing/program";

/** A database whose disk fills up under load. Needs a small file system of its own, which only root of a Linux machine can mount. */

const home = mkdtempSync(join(tmpdir(), "countersign-disk-"));
chmodSync(home, 0o711);
const mounted = join(home, "small");
function mount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  mkdirSync(mounted);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=300m,mode=0711", "tmpfs", mounted], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!mount())("T15 T56 the disk of the database is full", async () => {
  const cluster = await testPlaneOn(await testCluster(join(mounted, "postgres")));
  const program = await startProgram(cluster);
  const agents = await Promise.all(Array.from({ length: 4 }, () => testAgent()));
  const ballast = join(mounted, "ballast");
  const free = () => rmSync(ballast, { force: true });
  afterAll(async () => {
    await program.stop();
    await cluster.stop();
    execFileSync("umount", ["-l", mounted]); // a server that was just starting again may take another moment to end
    rmSync(home, { recursive: true });
  });

  test("nothing is allowed that cannot be stored; when there is space again it goes on by itself, and nothing acknowledged is lost", async () => {
    const running = load(program, agents);
    try {
      await until(() => running.allowed() > 100, 20_000, "a hundred decisions");
      const file = openSync(ballast, "w");
      const block = Buffer.alloc(1 << 16, 1);
      try {
        for (;;) writeSync(file, block);
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toBe("ENOSPC");
      } finally {
        closeSync(file);
      }
      // What still fits into pages and segments that are there may be stored, and then allowed; soon nothing does.
      const denials = () => running.seen.slice(-40).filter(({ outcome }) => outcome === "deny").length;
      await until(() => denials() === 40, 30_000, "a full disk");
      const full = performance.now();
      await new Promise((settle) => setTimeout(settle, 6_000));
      const end = performance.now();
      free();
      const before = running.allowed();
      await until(() => running.allowed() > before + 50, 30_000, "decisions after there was space again");
      await running.stop();
      const meanwhile = running.seen.filter(({ at, milliseconds }) => at > full && at + milliseconds < end);
      expect(meanwhile.length).toBeGreaterThan(0);
      expect(meanwhile.filter(({ outcome }) => outcome !== "deny")).toEqual([]);
      expect(program.process.exitCode).toBeNull();
      await nothingLost(running.seen);
    } finally {
      await running.stop();
    }
  }, 120_000);
});
