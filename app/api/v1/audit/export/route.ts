import { stream } from "@/lib/auth/edge";
import { exportWholeLog } from "@/lib/explorer/export-log";
import { logExportQuery } from "@/lib/explorer/schema";

export const GET = stream({ permission: "audit:read", query: logExportQuery }, ({ actor, query }) =>
  exportWholeLog(actor, query.payloads === "1"),
);
