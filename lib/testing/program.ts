import "server-only";

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll } from "vitest";
import { env } from "@/lib/env";
import type { TestDatabase } from "./database";

/** One answer of the program, with everything it sent. */
export type Reply = { status: number; headers: IncomingHttpHeaders; body: string; milliseconds: number };

type Asking = { method?: string; headers?: OutgoingHttpHeaders; body?: string | Buffer };

export type Program = {
  port: number;
  /** `http://127.0.0.1:<port>`, which is also its PUBLIC_URL. */
  origin: string;
  process: ChildProcess;
  /** Everything it printed so far: standard output and the operational log. */
  output(): string;
  /** Sends one request. A body without a stated length gets one. */
  ask(path: string, asking?: Asking): Promise<Reply>;
  /** Sends bytes as they are on a connection of their own and gives what comes back until it is closed, at most `milliseconds`. */
  raw(bytes: string, milliseconds?: number): Promise<string>;
  /** Resident memory, bytes. Linux only. */
  memory(): number;
  stop(): Promise<void>;
};

/**
 * Starts the built program in production mode on this test file's database, as an operator would: with settings in its environment. It is
 * stopped after the file's tests. `cookieOf` of `./request` signs people in, since both know the same secret.
 * @param settings replace single variables
 */
export async function startProgram(
  database: TestDatabase,
  settings: Record<string, string | undefined> = {},
): Promise<Program> {
  const { child, output, port, data } = await launchProgram(database, settings);
  const origin = `http://127.0.0.1:${port}`;
  const ended = new Promise<void>((settle) => child.once("exit", () => settle()));
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= (async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
      const force = setTimeout(() => child.kill("SIGKILL"), 15_000);
      await ended;
      clearTimeout(force);
      rmSync(data, { recursive: true, force: true });
    })();
    return stopping;
  };
  afterAll(stop);
  const limit = Date.now() + 60_000;
  while (!output().includes("Countersign is ready")) {
    if (child.exitCode !== null || Date.now() > limit) {
      await stop();
      throw new Error(`the program did not start:\n${output()}`);
    }
    await new Promise((settle) => setTimeout(settle, 25));
  }

  return {
    port,
    origin,
    process: child,
    output,
    stop,
    ask: (path, { method = "GET", headers = {}, body } = {}) =>
      new Promise((settle, fail) => {
        const started = performance.now();
        const outgoing = httpRequest(
          { host: "127.0.0.1", port, method, path, agent: false, headers: { host: `127.0.0.1:${port}`, ...headers } },
          (incoming) => {
            const chunks: Buffer[] = [];
            incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
            incoming.on("error", fail);
            incoming.on("end", () =>
              settle({
                status: incoming.statusCode ?? 0,
                headers: incoming.headers,
                body: Buffer.concat(chunks).toString(),
                milliseconds: performance.now() - started,
              }),
            );
          },
        );
        outgoing.on("error", fail);
        if (body !== undefined && !("transfer-encoding" in headers))
          outgoing.setHeader("content-length", Buffer.byteLength(body));
        outgoing.end(body);
      }),
    raw: (bytes, milliseconds = 3_000) =>
      new Promise((settle, fail) => {
        const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
        let text = "";
        const timer = setTimeout(() => socket.destroy(), milliseconds);
        socket.on("data", (chunk) => (text += chunk.toString("latin1")));
        socket.on("error", (error: NodeJS.ErrnoException) => {
          if (!["ECONNRESET", "EPIPE"].includes(error.code ?? "")) fail(error);
        });
        socket.on("close", () => {
          clearTimeout(timer);
          settle(text);
        });
      }),
    memory: () => memoryOf(child.pid ?? 0),
  };
}

/** Starts the program and waits for its end: for starts that must be refused. */
export async function refusedStart(
  database: TestDatabase,
  settings: Record<string, string | undefined>,
): Promise<{ code: number | null; output: string }> {
  const { child, output, data } = await launchProgram(database, settings);
  const force = setTimeout(() => child.kill("SIGKILL"), 30_000);
  const code = await new Promise<number | null>((settle) => child.once("close", settle));
  clearTimeout(force);
  rmSync(data, { recursive: true, force: true });
  return { code, output: output() };
}

async function launchProgram({ ownerUrl, appUrl }: TestDatabase, settings: Record<string, string | undefined>) {
  const { authSecret, pepper, kek, signingKey } = env();
  const port = await freePort();
  const data = mkdtempSync(join(tmpdir(), "countersign-program-"));
  const variables: Record<string, string | undefined> = {
    PATH: process.env.PATH,
    HOME: data,
    NODE_ENV: "production",
    NEXT_TELEMETRY_DISABLED: "1",
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    DATABASE_URL: appUrl,
    DATABASE_MIGRATE_URL: ownerUrl,
    AUTH_SECRET: authSecret,
    COUNTERSIGN_PEPPER: pepper.toString("base64"),
    COUNTERSIGN_KEK: kek.toString("base64"),
    COUNTERSIGN_SIGNING_KEY: signingKey.export({ type: "pkcs8", format: "pem" }).toString(),
    COUNTERSIGN_DATA: data,
    ...settings,
  };
  const child = spawn(process.execPath, [resolve("dist/server.mjs")], {
    stdio: ["ignore", "pipe", "pipe"],
    env: Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined)) as NodeJS.ProcessEnv,
  });
  let text = "";
  child.stdout.on("data", (chunk) => (text += chunk));
  child.stderr.on("data", (chunk) => (text += chunk));
  return { child, output: () => text, port, data };
}

function freePort(): Promise<number> {
  return new Promise((settle, fail) => {
    const probe = createServer().once("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => settle(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Resident memory of a process of ours, bytes. */
export function memoryOf(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(line?.[1] ?? 0) * 1024;
}
