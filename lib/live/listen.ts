import "server-only";

import pg from "pg";
import { connectionConfig } from "@/lib/db";
import { log } from "@/lib/log";

/**
 * Notifications of the database, over one connection per process that makes itself again when it is lost. It sits on `globalThis`, because the code of
 * `lib/` is loaded twice in one process.
 */
export type Channel = "countersign_control" | "countersign_approval" | "countersign_view";

/** @param payload what was notified; null after a lost connection was made again: something may have been missed */
export type Handler = (payload: string | null) => void;

type Listening = {
  handlers: Map<Channel, Set<Handler>>;
  client: pg.Client | undefined;
  /** Channels that `client` listens on. */
  heard: Set<Channel>;
  connecting: boolean;
  lost: boolean;
  delay: number;
  retry: NodeJS.Timeout | undefined;
};

const held = Symbol.for("countersign.listening");
type Holder = { [held]?: Listening };

/**
 * Calls `handler` for every notification on `channel` until the returned function is called. Handlers run in the order they were added; one that throws
 * is logged and stops nobody. A notification sent between this call and the connection being ready may be missed; when it is ready first time, handlers
 * are called with null.
 */
export function listen(channel: Channel, handler: Handler): () => void {
  const listening = state();
  const own: Handler = (payload) => handler(payload);
  const handlers = listening.handlers.get(channel) ?? new Set();
  listening.handlers.set(channel, handlers.add(own));
  void connect(listening, channel);
  return () => {
    handlers.delete(own);
    if (handlers.size > 0) return;
    listening.handlers.delete(channel);
    if (listening.handlers.size === 0) disconnect(listening);
  };
}

function state(): Listening {
  const holder = globalThis as Holder;
  holder[held] ??= {
    handlers: new Map(),
    client: undefined,
    heard: new Set(),
    connecting: false,
    lost: false,
    delay: firstDelay,
    retry: undefined,
  };
  return holder[held];
}

const firstDelay = 100;
const longestDelay = 5_000;

/** Connects when there is no connection, and listens on every channel that has handlers. */
async function connect(listening: Listening, ...wanted: Channel[]): Promise<void> {
  if (listening.connecting || (listening.client && wanted.every((channel) => listening.heard.has(channel)))) return;
  listening.connecting = true;
  clearTimeout(listening.retry);
  let client = listening.client;
  try {
    if (!client) {
      // A connection that is silent for hours is alive as long as TCP says so; statement limits concern only LISTEN itself.
      client = new pg.Client({
        ...(connectionConfig({ application_name: "countersign listener" }) as pg.ClientConfig),
        keepAlive: true,
      });
      const mine = client;
      client.on("error", (error) => lose(listening, mine, error));
      client.on("end", () => lose(listening, mine));
      client.on("notification", ({ channel, payload }) => tell(listening, channel as Channel, payload ?? ""));
      await client.connect();
      listening.client = client;
      listening.heard = new Set();
    }
    for (const channel of listening.handlers.keys()) {
      if (listening.heard.has(channel)) continue;
      await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
      listening.heard.add(channel);
      tell(listening, channel, null);
    }
    listening.delay = firstDelay;
  } catch (error) {
    if (client) lose(listening, client, error as Error);
    else again(listening);
  } finally {
    listening.connecting = false;
  }
  if (listening.handlers.size === 0) disconnect(listening);
  else if (listening.client && [...listening.handlers.keys()].some((channel) => !listening.heard.has(channel)))
    void connect(listening, ...listening.handlers.keys());
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

function lose(listening: Listening, client: pg.Client, error?: Error): void {
  if (listening.client === client) {
    listening.client = undefined;
    log.warn("notifications: connection lost", { error });
  }
  void client.end().catch(() => undefined);
  if (listening.handlers.size > 0) again(listening);
}

function again(listening: Listening): void {
  clearTimeout(listening.retry);
  listening.retry = setTimeout(() => void connect(listening, ...listening.handlers.keys()), listening.delay);
  listening.retry.unref();
  listening.delay = Math.min(listening.delay * 2, longestDelay);
}

function disconnect(listening: Listening): void {
  clearTimeout(listening.retry);
  const client = listening.client;
  listening.client = undefined;
  void client?.end().catch(() => undefined);
}
