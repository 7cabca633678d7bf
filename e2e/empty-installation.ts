import { spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startEmbeddedPostgres } from "@/lib/platform/embedded-postgres";

/**
 * A new installation in production mode, with nothing in it: the built program on a database server of its own. Prints the address of that server's administrator, then what the
 * program prints. Ends with everything it started.
 */
const port = process.argv[2] ?? "";
const folder = mkdtempSync(join(tmpdir(), "countersign-empty-"));
chmodSync(folder, 0o711);
const database = await startEmbeddedPostgres(join(folder, "postgres"));
const admin = new pg.Client({ connectionString: database.adminUrl() });
await admin.connect();
await admin.query("CREATE DATABASE countersign");
await admin.end();
console.log(`database ${database.adminUrl()}`);

const secret = () => randomBytes(32).toString("base64");
const program = spawn(process.execPath, [join(process.cwd(), "dist", "server.mjs")], {
  stdio: ["ignore", "inherit", "inherit"],
  env: {
    ...process.env,
    NODE_ENV: "production",
    PORT: port,
    HOST: "127.0.0.1",
    PUBLIC_URL: `http://localhost:${port}`,
    DATABASE_URL: database.adminUrl("countersign"),
    COUNTERSIGN_DATA: folder,
    AUTH_SECRET: secret(),
    COUNTERSIGN_PEPPER: secret(),
    COUNTERSIGN_KEK: secret(),
    COUNTERSIGN_SIGNING_KEY: generateKeyPairSync("ed25519")
      .privateKey.export({ type: "pkcs8", format: "pem" })
      .toString(),
  },
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => program.kill("SIGTERM"));
await new Promise((settle) => program.once("exit", settle));
await database.stop();
rmSync(folder, { recursive: true, force: true });
process.exit(0);
