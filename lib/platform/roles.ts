import "server-only";

import pg from "pg";
import { serverAt } from "@/lib/db";
import { ConfigurationError, type DatabaseSettings } from "@/lib/env";

/**
 * Gives the program a login role of its own that is a member of `app_rw` and owns nothing, so that the guards of the log bind it.
 * @param adminUrl a superuser of the embedded server, in the program's database
 */
export async function appLogin(adminUrl: string, password: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    const { rowCount } = await client.query("SELECT 1 FROM pg_roles WHERE rolname = 'countersign_app'");
    if (rowCount === 0) await client.query("CREATE ROLE countersign_app");
    await client.query(`ALTER ROLE countersign_app LOGIN PASSWORD ${client.escapeLiteral(password)}`);
    await client.query("GRANT app_rw TO countersign_app");
  });
}

/**
 * How to run on a database of the operator's: as a login of its own when DATABASE_URL is another role than the one that migrates,
 * else as `app_rw` by connection option, else with the one role there is.
 */
export async function appAddress(url: string, migrateUrl: string): Promise<DatabaseSettings> {
  const separate = await withClient(url, async (client) => {
    const { rows } = await client.query<{ name: string; owner: boolean; member: boolean }>(
      `SELECT current_user AS name, pg_has_role(current_user, 'app_rw', 'USAGE') AS member,
              pg_has_role(current_user, c.relowner, 'USAGE') AS owner
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'audit' AND c.relname = 'entry'`,
    );
    return rows[0];
  });
  if (separate && !separate.owner) {
    if (!separate.member) await grantMembership(migrateUrl, separate.name);
    return { url: withOptions(url, "-c TimeZone=UTC"), singleRole: false };
  }
  // Whoever made a role may join it, but is not a member by that.
  await withClient(url, (client) => client.query("GRANT app_rw TO CURRENT_USER")).catch(() => {});
  const asAppRole = withOptions(url, "-c role=app_rw -c TimeZone=UTC");
  const possible = await withClient(asAppRole, async (client) => {
    const { rows } = await client.query<{ name: string }>("SELECT current_user AS name");
    return rows[0]?.name === "app_rw";
  }).catch(() => false);
  return possible
    ? { url: asAppRole, singleRole: false }
    : { url: withOptions(url, "-c TimeZone=UTC"), singleRole: true };
}

async function grantMembership(migrateUrl: string, name: string): Promise<void> {
  await withClient(migrateUrl, (client) => client.query(`GRANT app_rw TO ${client.escapeIdentifier(name)}`)).catch(
    (cause) => {
      throw new ConfigurationError([
        `The role \`${name}\` of DATABASE_URL is not a member of \`app_rw\`: run \`GRANT app_rw TO ${name}\` as an administrator of the database (${cause.message}).`,
      ]);
    },
  );
}

function withOptions(url: string, options: string): string {
  const changed = new URL(url);
  changed.searchParams.set("options", [changed.searchParams.get("options"), options].filter(Boolean).join(" "));
  return changed.href;
}

/** The log takes the database's time; a process estimates it, and starts near enough to be right from its first commit. */
const longestApartSeconds = 5;

/**
 * Refuses a server that could lose or change what it has acknowledged.
 * @throws ConfigurationError with one sentence for each setting that must be otherwise
 */
export async function assertSafeServer(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const asked = Date.now();
    const clock = await client.query<{ now: Date }>("SELECT clock_timestamp() AS now");
    const answered = Date.now();
    const { rows } = await client.query<Record<string, string>>(
      `SELECT current_setting('server_version_num')::int / 10000 AS version, current_setting('fsync') AS fsync,
              current_setting('full_page_writes') AS full_page_writes, current_setting('synchronous_commit') AS synchronous_commit,
              current_setting('data_checksums') AS data_checksums, current_setting('default_transaction_read_only') AS read_only,
              current_setting('default_transaction_isolation') AS isolation, pg_is_in_recovery()::text AS standby`,
    );
    const found = rows[0] ?? {};
    const version = Number(found.version);
    const now = clock.rows[0]?.now.getTime() ?? 0;
    const apart = Math.max(0, asked - now, now - answered) / 1000;
    const rules: [boolean, string][] = [
      [version >= 15 && version <= 18, `PostgreSQL ${version} is not supported: use a version from 15 to 18.`],
      [found.fsync === "on", "The database runs with `fsync` off: switch it on."],
      [found.full_page_writes === "on", "The database runs with `full_page_writes` off: switch it on."],
      [
        found.synchronous_commit === "on" || found.synchronous_commit === "remote_apply",
        `The database runs with \`synchronous_commit = ${found.synchronous_commit}\`: set it to \`on\` or \`remote_apply\`.`,
      ],
      [found.standby === "false", "DATABASE_URL names a standby: use the primary server."],
      [
        found.read_only === "off",
        "The database is read-only by default: set `default_transaction_read_only` to `off`.",
      ],
      [
        found.isolation === "read committed",
        `The database runs with \`default_transaction_isolation = ${found.isolation}\`: set it to \`read committed\`.`,
      ],
      [
        apart <= longestApartSeconds,
        `The clocks of this machine and of the database are ${Math.round(apart)} seconds apart: synchronize both.`,
      ],
    ];
    const problems = rules.filter(([holds]) => !holds).map(([, sentence]) => sentence);
    if (problems.length > 0) throw new ConfigurationError(problems);
    if (found.data_checksums !== "on") {
      console.error(
        "warning: the database has no data checksums: silent disk errors stay unseen until `pg_checksums --enable`",
      );
    }
  });
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...serverAt(url), connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}
