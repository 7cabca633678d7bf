import "server-only";

import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { databaseUrl, isLoopback } from "@/lib/env";
import { type Prisma, PrismaClient } from "@/lib/generated/prisma/client";

/**
 * The one connection pool of the process and the Prisma client over it. The pool sits on `globalThis`, because the code of `lib/` is
 * loaded twice in one process (Next's bundle and the server's). Nothing connects before the first query.
 */

/** What every write of a use case takes: a Prisma client inside a transaction. */
export type Tx = Prisma.TransactionClient;

/**
 * How this program connects: time limits of the decision path, UTC, verified TLS unless the host is this machine.
 * Milliseconds throughout. Callers of their own connections (lanes, listeners) start from it.
 * @param overrides e.g. `{ max: 4 }` or another `application_name`
 */
export function connectionConfig(overrides: pg.PoolConfig = {}, url: string = databaseUrl()): pg.PoolConfig {
  return {
    ...serverAt(url),
    application_name: "countersign",
    connectionTimeoutMillis: 2_000,
    query_timeout: 4_000,
    statement_timeout: 3_000,
    lock_timeout: 2_000,
    idle_in_transaction_session_timeout: 2_000,
    keepAlive: true,
    ...overrides,
  };
}

/** Where and how to connect: TLS is verified unless the server is on this machine. */
export function serverAt(url: string): pg.ClientConfig {
  const { hostname, searchParams } = new URL(url);
  const host = searchParams.get("host") ?? decodeURIComponent(hostname);
  const here = host.startsWith("/") || isLoopback(host) || searchParams.has("sslmode");
  return { connectionString: url, ...(here ? {} : { ssl: { rejectUnauthorized: true } }) };
}

const held = Symbol.for("countersign.pool");
type Holder = { [held]?: pg.Pool };

/** The shared pool. A lost connection is an error of the query that used it, never of the process. */
export function pool(): pg.Pool {
  const holder = globalThis as Holder;
  if (holder[held]) return holder[held];
  const created = new pg.Pool(connectionConfig({ max: 16 }));
  // While the pool closes, the server may hang up first.
  const lost = (error: Error) => {
    if (holder[held] === created) console.error(`database connection lost: ${error.message}`);
  };
  created.on("error", lost);
  created.on("connect", (client) => {
    client.on("error", lost);
  });
  holder[held] = created;
  return created;
}

/** Closes the shared pool; a later query opens a new one. */
export async function closePool(): Promise<void> {
  const holder = globalThis as Holder;
  const open = holder[held];
  delete holder[held];
  client = undefined;
  await open?.end();
}

let client: PrismaClient | undefined;

/** The Prisma client. It connects on first use, so a build may import it without a database. */
export const db: PrismaClient = new Proxy({} as PrismaClient, {
  get(_, name) {
    client ??= new PrismaClient({ adapter: new PrismaPg(pool()) });
    const value = Reflect.get(client, name, client);
    return typeof value === "function" ? value.bind(client) : value;
  },
});
