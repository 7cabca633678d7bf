import { beforeAll, expect, test } from "vitest";
import { pool } from "@/lib/db";
import { newId } from "@/lib/ids";
import { testDatabase } from "@/lib/testing/database";
import { testLog } from "@/lib/testing/lane";
import { testPerson } from "@/lib/testing/people";
import { changeControl, holdControl, recordChange } from "./append";

const { ownerUrl } = await testDatabase();

beforeAll(() => testLog(ownerUrl));

async function untilSomebodyWaits(): Promise<void> {
  const { rows } = await pool().query(
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 42 AND NOT granted",
  );
  if (rows.length === 0) return untilSomebodyWaits();
}

test("a change that had to wait for a control change is made, not refused", async () => {
  const { personId } = await testPerson("Ada", "admin");
  const agent = newId("agt");
  let waiting: Promise<string> | undefined;
  await changeControl({ personId }, async (tx) => {
    await holdControl(tx);
    waiting = recordChange({ personId }, async () => ({
      result: "made",
      events: [{ kind: "signed_in", ref: personId }],
    }));
    waiting.catch(() => undefined);
    await untilSomebodyWaits();
    return {
      result: undefined,
      changes: [{ kind: "agent", ref: agent }],
      events: [{ kind: "agent_changed", agent }],
    };
  });
  await expect(waiting).resolves.toBe("made");
});
