import { StatusBadge } from "@/components/ui/status-badge";
import type { IncidentSummary } from "@/lib/incidents/schema";

/** Open, or closed by somebody. */
export function IncidentStatus({ status }: { status: IncidentSummary["status"] }) {
  return status === "open" ? (
    <StatusBadge kind="incident" value="open" />
  ) : (
    <StatusBadge kind="incident" value="resolved" word="Closed" />
  );
}
