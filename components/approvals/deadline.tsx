import { AlarmClock, TriangleAlert } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { Time } from "@/components/ui/time";

type DeadlineProps = {
  /** When an answer is due by the rule; null when the rule names no such time. RFC 3339 */
  dueAt: string | null;
  /** When nobody can answer any more. RFC 3339 */
  expiresAt: string;
  now: string;
};

const soonMilliseconds = 15 * 60_000;

/** The clock of a waiting request: until an answer is due, then until it expires. */
export function Deadline({ dueAt, expiresAt, now }: DeadlineProps) {
  const overdue = dueAt !== null && dueAt <= now;
  const until = dueAt !== null && !overdue ? dueAt : expiresAt;
  const soon = Date.parse(until) - Date.parse(now) < soonMilliseconds;
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap align-middle">
      {overdue ? (
        <Badge tone="warning" icon={<TriangleAlert aria-hidden />}>
          Overdue
        </Badge>
      ) : (
        soon && (
          <Badge tone="warning" icon={<AlarmClock aria-hidden />}>
            Soon
          </Badge>
        )
      )}
      <span>
        <span className="text-muted max-sm:hidden">{until === dueAt ? "due " : "expires "}</span>
        <Time value={until} now={now} />
      </span>
    </span>
  );
}
