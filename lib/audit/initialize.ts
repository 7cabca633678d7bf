import "server-only";

import pg from "pg";
import { openConsoleLane } from "./append";
import { instanceId } from "./close-lane";

/**
 * What a log needs before anybody writes: its name, the public half of the receipt key, and its console lane. Runs with the migrating role, after the migrations,
 * at every start; what is there stays. The running server itself may neither rename its log nor add a key.
 * @param origin `<host>/audit/<epoch>`; only a new log takes it
 * @param sample true in evaluation mode: the seed may then write entries that stand for a past time
 */
export async function initializeLog(
  connectionString: string,
  log: { host: string; sample: boolean; receiptKey: { keyId: string; publicKey: Buffer } },
  build: string,
): Promise<void> {
  const client = new pg.Client({ connectionString });
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query(
      "INSERT INTO audit.log_identity (origin, epoch, sample) VALUES ($1, 1, $2) ON CONFLICT DO NOTHING",
      [`${log.host}/audit/1`, log.sample],
    );
    await client.query(
      "INSERT INTO audit.signing_key (key_id, purpose, pub) VALUES ($1, 'receipt', $2) ON CONFLICT DO NOTHING",
      [log.receiptKey.keyId, log.receiptKey.publicKey],
    );
    await openConsoleLane((sql, values) => client.query(sql, values), instanceId, build);
  } finally {
    await client.end();
  }
}
