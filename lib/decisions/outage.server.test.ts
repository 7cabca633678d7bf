import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type TestCluster, testCluster } from "@/lib/testing/database";
import { load, nothingLost, until } from "@/lib/testing/outage";
import { testPerson } from "@/lib/testing/people";
import { type TestAgent, testAgent, testPlaneOn } from "@/lib/testing/plane";
import { type Program, startProgram } from "@/lib/testing/program";
import { cookieOf } from "@/lib/testing/request";

/**
 * T14, T15: the database stopped, frozen or killed, under load, below the built program. While it is away nothing is allowed and nobody hangs;
 * when it is back the program goes on by itself; what was acknowledged is there.
 */

const read = { tool: "files.read", arguments: { path: "/a" } };
const home = mkdtempSync(join(tmpdir(), "countersign-outage-"));
chmodSync(home, 0o711);
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Other things people and agents ask for meanwhile; the longest they waited, ms. */
async function others(program: Program, agent: TestAgent, cookie: string): Promise<number> {
  const asked = [
    program.ask("/healthz"),
    program.ask("/readyz"),
    program.ask("/", { headers: { cookie } }),
    program.ask("/sign-in"),
    program.ask("/api/console/me", { headers: { cookie } }),
    program.ask("/api/v1/agents", { headers: { authorization: `Bearer ${agent.token}` } }),
    ...[agent.token, `${agent.token.slice(0, -1)}x`, `cs_agt_${"0".repeat(26)}_${"0".repeat(59)}`].flatMap((token) =>
      [JSON.stringify(read), "{", JSON.stringify({ ...read, approvalId: "apr_0000000000000fzzzy" })].map((body) =>
        program.ask("/api/v1/decisions", {
          method: "POST",
          headers: {
            authorization: `Bearer ${token}`,
            "content-type": "application/json",
            "idempotency-key": "one-and-the-same-key-000",
          },
          body,
        }),
      ),
    ),
  ];
  const replies = await Promise.all(asked);
  expect(replies[0]?.status, "healthz").toBe(200);
  expect(replies[1]?.status, "readyz").toBe(503);
  for (const reply of replies.slice(6)) {
    expect(JSON.parse(reply.body).outcome, reply.body).toBe("deny");
    expect([400, 401, 503], reply.body).toContain(reply.status);
  }
  return Math.max(...replies.map(({ milliseconds }) => milliseconds));
}

/** The processes of a PostgreSQL server: the first one and its children. */
function processesOf(cluster: TestCluster): number[] {
  const first = cluster.server().pid();
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, "utf8"))?.[1]) === first;
      } catch {
        return false; // it ended meanwhile
      }
    });
  return [first, ...children.map(Number)];
}

const cluster = await testPlaneOn(await testCluster(join(home, "postgres")));
const program = await startProgram(cluster);
const agents = await Promise.all(Array.from({ length: 4 }, () => testAgent()));
const [agent] = agents as [TestAgent];
const cookie = await cookieOf((await testPerson("Ada Admin", "admin")).personId);

/** Takes the database away under load for `hold` ms, and gives it back. */
async function outage(away: () => Promise<void> | void, back: () => Promise<void> | void, hold = 7_000): Promise<void> {
  const running = load(program, agents);
  let missing = false;
  try {
    await until(() => running.allowed() > 100, 20_000, "a hundred decisions");
    missing = true;
    await away();
    const gone = performance.now();
    await new Promise((settle) => setTimeout(settle, 200));
    const longest = await others(program, agent, cookie);
    await new Promise((settle) => setTimeout(settle, Math.max(0, hold - (performance.now() - gone))));
    const end = performance.now();
    await back();
    missing = false;
    const again = performance.now();
    const before = running.allowed();
    await until(() => running.allowed() > before + 50, 15_000, "decisions after the database was back");
    const recovered = performance.now() - again;
    await running.stop();

    const meanwhile = running.seen.filter(({ at, milliseconds }) => at > gone && at + milliseconds < end);
    expect(meanwhile.length, "somebody asked meanwhile").toBeGreaterThan(5);
    expect(new Set(meanwhile.map(({ status, outcome }) => `${status} ${outcome}`))).toEqual(new Set(["503 deny"]));
    expect(
      Math.max(...meanwhile.map(({ milliseconds }) => milliseconds)),
      "denied within 3 s, and half a second for a busy machine",
    ).toBeLessThan(3_500);
    expect(Math.max(longest, ...running.seen.map(({ milliseconds }) => milliseconds)), "nobody hangs").toBeLessThan(
      5_500,
    );
    expect(recovered, "and recovers").toBeLessThan(10_000);
    expect(program.process.exitCode).toBeNull();
    await nothingLost(running.seen);
  } finally {
    if (missing) await back();
    await running.stop();
  }
}

test("T15 the database is stopped in order and started again", () =>
  outage(
    () => cluster.stop(),
    () => cluster.start(),
  ));

test("T15 the database is killed, and recovering from the crash by itself", async () => {
  const running = load(program, agents);
  try {
    for (let round = 0; round < 2; round++) {
      const before = running.allowed();
      await until(() => running.allowed() > before + 50, 20_000, "fifty decisions");
      process.kill(cluster.server().pid(), "SIGKILL");
      const killed = performance.now();
      await new Promise((settle) => setTimeout(settle, 300));
      const gone = running.allowed();
      await until(() => running.allowed() > gone + 20, 20_000, "decisions after the crash");
      expect(performance.now() - killed).toBeLessThan(15_000);
    }
  } finally {
    await running.stop();
  }
  for (const { status, outcome } of running.seen) expect(["200 allow", "503 deny"]).toContain(`${status} ${outcome}`);
  expect(Math.max(...running.seen.map(({ milliseconds }) => milliseconds))).toBeLessThan(5_500);
  await nothingLost(running.seen);
});

test("T15 the database is frozen, as behind a network that drops everything", async () => {
  const frozen: number[] = [];
  const thaw = () => {
    for (const pid of frozen.splice(0))
      try {
        process.kill(pid, "SIGCONT");
      } catch {} // it ended meanwhile
  };
  try {
    await outage(() => {
      for (const pid of processesOf(cluster)) {
        process.kill(pid, "SIGSTOP");
        frozen.push(pid);
      }
    }, thaw);
  } finally {
    thaw();
  }
});
