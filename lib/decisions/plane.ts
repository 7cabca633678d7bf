import "server-only";

import { type Lanes, openLanes } from "@/lib/audit/lane";
import { receiptKeyOf } from "@/lib/audit/receipt-key";
import { env } from "@/lib/env";
import { loadedSnapshot, refreshSnapshot, snapshot } from "@/lib/policy/snapshot";

/** The lanes and the key of this process. The server opens them at start; a bundle that decides without a server of ours opens its own on first use. */
export type Plane = { lanes: Lanes; receiptKey: ReturnType<typeof receiptKeyOf> };

let plane: Promise<Plane> | undefined;

/** @param build names the program in `lane_opened`; @param count connections that write */
export function startPlane(build = "countersign", count = 2): Promise<Plane> {
  plane ??= open(build, count);
  plane.catch(() => {
    plane = undefined;
  });
  return plane;
}

export async function stopPlane(): Promise<void> {
  const running = await plane?.catch(() => undefined);
  plane = undefined;
  await running?.lanes.close();
}

async function open(build: string, count: number): Promise<Plane> {
  await snapshot();
  const receiptKey = receiptKeyOf(env().signingKey);
  const lanes = await openLanes(
    { epoch: () => loadedSnapshot()?.epoch ?? 0n, refresh: refreshSnapshot, receiptKey },
    build,
    count,
  );
  return { lanes, receiptKey };
}
