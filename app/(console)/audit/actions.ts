"use server";

import { action } from "@/lib/auth/edge";
import { checkLane as check } from "@/lib/explorer/check-lane";
import { openContent as open } from "@/lib/explorer/open-content";
import { readProof as prove } from "@/lib/explorer/prove-entry";
import { entryParams } from "@/lib/explorer/schema";

export const openContent = action(
  { permission: ["payload:read", "payload:read:own"], input: entryParams },
  (actor, { id }) => open(actor, id),
);

export const checkLane = action({ permission: ["audit:read", "audit:read:own"], input: entryParams }, (actor, { id }) =>
  check(actor, id),
);

export const readProof = action({ permission: ["audit:read", "audit:read:own"], input: entryParams }, (actor, { id }) =>
  prove(actor, id),
);
