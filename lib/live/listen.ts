import "server-only";

import pg from "pg";
import { connectionConfig } from "@/lib/db";
import { log } from "@/lib/log";

/**
 * Notifications of the database, over one connection per process that is made again when it is lost. It sits on
 * `globalThis`, because the code of `lib/` is loaded twice in one process.
 */
export type Channel = "countersign_control" | "countersign_approval" | "countersign_view";

/** @param payload what was notified; null when the connection is new: something may have been missed before */
export type Handler = (payload: string | null) => void;

type Listening = {
  handlers: Map<Channel, Set<Handler>>;
  client: pg.Client | undefined;
  /** Channels that `client` listens on. */
  heard: Set<Channel>;
  connecting: boolean;
  retry: NodeJS.Timeout | undefined;
  delay: number;
};

const held = Symbol.for("countersign.listening");
type Holder = { [held]?: Listening };

const firstDelay = 100;
const longestDelay = 5_000;
const checkMilliseconds = 15_000;

/**
 * Calls `handler` for every notification on `channel`, until the returned function is called. A handler that throws is
 * logged and stops nobody. Where nothing may be missed, read the state after the first call with null, and after each
 * later one.
 */
export function listen(channel: Channel, handler: Handler): () => void {
  const holder = globalThis as Holder;
  holder[held] ??= {
    handlers: new Map(),
    client: undefined,
    heard: new Set(),
    connecting: false,
    retry: undefined,
    delay: firstDelay,
  };
  const listening = holder[held];
  const own: Handler = (payload) => handler(payload);
  const handlers = listening.handlers.get(channel) ?? new Set();
  listening.handlers.set(channel, handlers.add(own));
  void settle(listening);
  return () => {
    handlers.delete(own);
    if (handlers.size === 0 && listening.handlers.get(channel) === handlers) listening.handlers.delete(channel);
    void settle(listening);
  };
}

/** Brings the connection to what the handlers need: none without handlers, else one that listens on their channels. */
async function settle(listening: Listening): Promise<void> {
  if (listening.connecting) return; // whoever is at it looks again at the end
  clearTimeout(listening.retry);
  if (listening.handlers.size === 0) return disconnect(listening);
  const missing = [...listening.handlers.keys()].filter(
    (channel) => !listening.client || !listening.heard.has(channel),
  );
  if (missing.length === 0) return;
  listening.connecting = true;
  try {
    const client = listening.client ?? (await connect(listening));
    for (const channel of missing) {
      await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
      listening.heard.add(channel);
      tell(listening, channel, null);
    }
    listening.delay = firstDelay;
    listening.connecting = false;
    await settle(listening);
  } catch (error) {
    listening.connecting = false;
    lose(listening, listening.client, error as Error);
  }
}

async function connect(listening: Listening): Promise<pg.Client> {
  const client = new pg.Client(connectionConfig({ application_name: "countersign listener" }) as pg.ClientConfig);
  client.on("error", (error) => lose(listening, client, error));
  client.on("end", () => lose(listening, client));
  client.on("notification", ({ channel, payload }) => tell(listening, channel as Channel, payload ?? ""));
  await client.connect();
  // A peer that vanished without a word is found by asking; the query has a time limit.
  const check = setInterval(() => void client.query("SELECT 1").catch(() => client.end()), checkMilliseconds).unref();
  client.once("end", () => clearInterval(check));
  listening.client = client;
  listening.heard = new Set();
  return client;
}

function tell(listening: Listening, channel: Channel, payload: string | null): void {
  for (const handler of [...(listening.handlers.get(channel) ?? [])]) {
    try {
      handler(payload);
    } catch (error) {
      log.error("notification handler failed", { channel, error });
    }
  }
}

function lose(listening: Listening, client: pg.Client | undefined, error?: Error): void {
  if (client !== listening.client) return; // an older one, or one that was closed on purpose
  disconnect(listening);
  if (listening.handlers.size === 0) return;
  log.warn("notifications: no connection", { error });
  clearTimeout(listening.retry);
  listening.retry = setTimeout(() => void settle(listening), listening.delay).unref();
  listening.delay = Math.min(listening.delay * 2, longestDelay);
}

function disconnect(listening: Listening): void {
  const client = listening.client;
  listening.client = undefined;
  client?.end().catch(() => undefined);
}
