import { stream } from "@/lib/auth/edge";
import { exportEntries } from "@/lib/explorer/export";
import { entryFilter } from "@/lib/explorer/schema";

export const GET = stream({ permission: ["audit:read", "audit:read:own"], query: entryFilter }, ({ actor, query }) =>
  exportEntries(actor, query),
);
