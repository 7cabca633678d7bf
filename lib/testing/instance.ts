import "server-only";

import { createPrivateKey } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { heartbeat } from "@/lib/audit/close-lane";
import { decisionPlane } from "@/lib/decisions/http";
import { startPlane, stopPlane } from "@/lib/decisions/plane";
import { setRate } from "@/lib/decisions/rate";
import { readiness } from "@/lib/decisions/readiness";
import { type Environment, provideEnvironment } from "@/lib/env";
import { listen } from "@/lib/live/listen";
import { refreshSnapshot } from "@/lib/policy/snapshot";

const Clock = Date;

/** From now on this process's wall clock is off by as much, as after a person or a time server set it. */
function setClock(milliseconds: number): void {
  globalThis.Date = class extends Clock {
    constructor(...given: [] | [number | string | Date]) {
      if (given.length === 0) super(Clock.now() + milliseconds);
      else super(...given);
    }
    static override now = () => Clock.now() + milliseconds;
  } as DateConstructor;
}

/**
 * The decision plane of one instance as a process of its own, for tests that need several, or one that can be killed. Bundled and started by `startInstance`.
 * Gets its settings as the first message, answers with its port, sets its clock when told to, stops when the channel closes.
 */
process.once(
  "message",
  async (message: {
    environment: Omit<Environment, "signingKey" | "pepper" | "kek"> & {
      signingKey: string;
      pepper: string;
      kek: string;
    };
    rate: number;
  }) => {
    const { signingKey, pepper, kek, ...rest } = message.environment;
    provideEnvironment({
      ...rest,
      signingKey: createPrivateKey(signingKey),
      pepper: Buffer.from(pepper, "base64"),
      kek: Buffer.from(kek, "base64"),
    });
    setRate(message.rate);
    const plane = await startPlane("test instance");
    listen("countersign_control", () => void refreshSnapshot().catch(() => undefined));
    await heartbeat("test instance");
    setInterval(() => void heartbeat("test instance").catch(() => undefined), 1000).unref();
    const answer = decisionPlane({ metricsToken: null, ready: () => readiness(plane), gauges: () => ({}) });
    const server = createServer((request, response) => {
      if (!answer(request, response)) response.writeHead(404).end();
    });
    server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
    process.on("message", ({ clock }: { clock?: number }) => {
      if (clock !== undefined) setClock(clock);
      process.send?.({ clock });
    });
    process.once("disconnect", async () => {
      server.close();
      server.closeAllConnections();
      await stopPlane();
      process.exit(0);
    });
  },
);
