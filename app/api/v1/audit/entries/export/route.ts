import { stream } from "@/lib/auth/edge";
import { exportEntries } from "@/lib/explorer/export";
import { exportWithProofs } from "@/lib/explorer/export-log";
import { exportQuery } from "@/lib/explorer/schema";

export const GET = stream(
  { permission: ["audit:read", "audit:read:own"], query: exportQuery },
  ({ actor, query: { form, ...filter } }) =>
    form === "ndjson" ? exportWithProofs(actor, filter) : exportEntries(actor, filter),
);
