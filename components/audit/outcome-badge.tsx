import { Badge } from "@/components/ui/badge";
import { StatusBadge } from "@/components/ui/status-badge";
import { outcomes, results } from "@/lib/explorer/schema";

/** How a decision ended, or how the action went that it was about. */
export function OutcomeBadge({ outcome }: { outcome: string }) {
  const decided = outcomes.find((each) => each === outcome);
  if (decided) return <StatusBadge kind="outcome" value={decided} />;
  const reported = results.find((each) => each === outcome);
  return reported ? <StatusBadge kind="result" value={reported} /> : <Badge>{outcome}</Badge>;
}
