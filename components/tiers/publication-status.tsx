import { CalendarClock, CircleCheck, CircleSlash, Hourglass, RotateCcw, Undo2 } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import type { PublicationStatus } from "@/lib/policy/publication-schema";

const looks = {
  awaiting_second_person: { word: "Waiting for a second person", tone: "pending", icon: Hourglass },
  scheduled: { word: "Scheduled", tone: "info", icon: CalendarClock },
  published: { word: "Published", tone: "allow", icon: CircleCheck },
  declined: { word: "Declined", tone: "deny", icon: CircleSlash },
  withdrawn: { word: "Withdrawn", tone: "neutral", icon: Undo2 },
  expired: { word: "Expired", tone: "neutral", icon: RotateCcw },
} as const;

export function PublicationStatusBadge({ status }: { status: PublicationStatus }) {
  const { word, tone, icon: Icon } = looks[status];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden />}>
      {word}
    </Badge>
  );
}
