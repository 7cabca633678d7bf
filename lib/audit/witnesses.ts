import "server-only";

import { pool } from "@/lib/db";
import { env } from "@/lib/env";
import type { Job } from "@/lib/jobs/periodic";
import { log } from "@/lib/log";
import { instanceId } from "./close-lane";
import { makeNote, type NoteVerifier, openNote, parseVerifierKey } from "./note";
import { consistencyHashes } from "./proofs";

/** Outside copies: each configured witness is shown every newest checkpoint, with the proof that it continues the last one it saw. C2SP tlog-witness. */
type WitnessSetting = { url: string; verifier: NoteVerifier };

function configured(): WitnessSetting[] {
  return env().witnesses.map(({ url, key }) => ({ url, verifier: parseVerifierKey(key) }));
}

const patienceMilliseconds = 3_000;

export const witnessing: Job = { name: "witnesses", everyMilliseconds: 1_000, run: askWitnesses };

/** Asks every witness that has not cosigned the newest signed checkpoint. One that does not answer is asked again; nothing waits for it but what requires it. */
export async function askWitnesses(): Promise<void> {
  const witnesses = configured();
  if (witnesses.length === 0) return;
  const { rows } = await pool().query<{ size: string; note: string; cosigners: string[] }>(
    `SELECT c.size, c.note, ARRAY(SELECT s.cosigner FROM audit.cosignature s WHERE s.size = c.size) AS cosigners
       FROM audit.checkpoint c, audit.tree_state t WHERE t.leader = $1 ORDER BY c.size DESC LIMIT 1`,
    [instanceId],
  );
  const newest = rows[0];
  if (!newest) return;
  await Promise.all(
    witnesses
      .filter(({ verifier }) => !newest.cosigners.includes(verifier.name))
      .map((witness) =>
        cosign(witness, Number(newest.size), newest.note).catch((error) =>
          log.warn("a witness did not cosign the newest checkpoint", { witness: witness.verifier.name, error }),
        ),
      ),
  );
}

/** How far a witness is, as it said last. */
const seenBy = new Map<string, number>();

async function cosign({ url, verifier }: WitnessSetting, size: number, note: string): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const old = seenBy.get(verifier.name) ?? 0;
    if (old > size) throw new Error(`it has seen ${old} leaves, and the log has ${size}: the log was rolled back`);
    const proof = old > 0 && old < size ? await consistencyHashes(old, size) : [];
    const body = `old ${old}\n${proof.map((one) => `${one.toString("base64")}\n`).join("")}\n${note}`;
    const answer = await fetch(`${url}/add-checkpoint`, {
      method: "POST",
      body,
      redirect: "error",
      signal: AbortSignal.timeout(patienceMilliseconds),
    });
    const text = (await answer.text()).slice(0, 16 * 1024);
    if (answer.status === 409 && /^\d{1,16}\n?$/.test(text) && Number(text) !== old) {
      seenBy.set(verifier.name, Number(text));
      continue;
    }
    if (answer.status !== 200) throw new Error(`it answered ${answer.status}: ${text.trim().slice(0, 200)}`);
    const checkpoint = note.slice(0, note.lastIndexOf("\n\n") + 1);
    const { signedBy } = openNote(makeNote(checkpoint, [text]), [verifier]);
    await pool().query(
      "INSERT INTO audit.cosignature (size, cosigner, at, line) VALUES ($1, $2, to_timestamp($3), $4) ON CONFLICT DO NOTHING",
      [size, verifier.name, signedBy[0]?.time ?? 0, text],
    );
    seenBy.set(verifier.name, size);
    return;
  }
}

/** When each configured witness last cosigned, and how many leaves it saw; null where it never did. */
export async function seenOutside(): Promise<{ name: string; at: Date | null; size: number | null }[]> {
  const names = configured().map(({ verifier }) => verifier.name);
  if (names.length === 0) return [];
  const { rows } = await pool().query<{ cosigner: string; at: Date; size: string }>(
    "SELECT DISTINCT ON (cosigner) cosigner, at, size FROM audit.cosignature WHERE cosigner = ANY($1) ORDER BY cosigner, at DESC",
    [names],
  );
  return names.map((name) => {
    const row = rows.find(({ cosigner }) => cosigner === name);
    return { name, at: row?.at ?? null, size: row ? Number(row.size) : null };
  });
}
