import pg from "pg";
import { expect, test } from "vitest";
import { db, pool } from "@/lib/db";
import { testDatabase } from "@/lib/testing/database";

const { ownerUrl } = await testDatabase();

test("the program runs as a role that owns nothing and is a member of app_rw", async () => {
  const [row] = await db.$queryRaw<{ name: string; member: boolean; superuser: boolean; owns: bigint }[]>`
    SELECT current_user::text AS name, pg_has_role(current_user, 'app_rw', 'USAGE') AS member,
           rolsuper AS superuser, (SELECT count(*) FROM pg_class WHERE relowner = r.oid) AS owns
      FROM pg_roles r WHERE rolname = current_user`;
  expect(row).toEqual({ name: "countersign_app", member: true, superuser: false, owns: 0n });
});

test("a killed database session is an error of its query, and the next query works", async () => {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  const slow = db.$queryRaw`SELECT pg_sleep(2)::text`.then(
    () => "answered",
    () => "refused",
  );
  const sleeping =
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%'";
  await expect.poll(async () => (await owner.query(sleeping)).rowCount).toBe(1);
  await owner.query(`SELECT pg_terminate_backend(pid) FROM (${sleeping}) s`);
  expect(await slow).toBe("refused");
  expect(await db.$queryRaw`SELECT 1 AS one`).toEqual([{ one: 1 }]);
  await owner.end();
});

test("a statement that runs longer than three seconds is ended by the server", async () => {
  await expect(pool().query("SELECT pg_sleep(4)")).rejects.toMatchObject({ code: "57014" });
});

test("a failed transaction leaves nothing behind", async () => {
  const before = await db.group.count();
  const failing = db.$transaction(async (tx) => {
    await tx.group.create({ data: { id: "grp_left", key: "left", title: "Left behind" } });
    throw new Error("changed my mind");
  });
  await expect(failing).rejects.toThrow("changed my mind");
  expect(await db.group.count()).toBe(before);
});
