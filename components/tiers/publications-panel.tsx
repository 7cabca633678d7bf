import Link from "next/link";
import { count } from "@/components/tiers/count";
import { PublicationStatusBadge } from "@/components/tiers/publication-status";
import { Panel } from "@/components/ui/panel";
import { Time } from "@/components/ui/time";
import type { PublicationRow } from "@/lib/policy/publication-schema";

/** What is on its way into force, and what came of the latest before it. */
export function PublicationsPanel({ publications, now }: { publications: readonly PublicationRow[]; now: string }) {
  if (publications.length === 0) return null;
  return (
    <Panel title="Publications" description="Changes on their way into force, newest first." flush>
      <ul aria-label="Publications" className="divide-y">
        {publications.map((publication) => (
          <li key={publication.id} className="flex flex-wrap items-start gap-x-4 gap-y-1 px-4 py-2">
            <span className="min-w-0 flex-1 basis-64">
              <Link
                href={`/tiers/publications/${publication.id}`}
                className="wrap-anywhere rounded-md font-medium hover:underline"
              >
                {publication.note}
              </Link>
              <span className="block text-muted text-xs">
                {count(publication.changes.length, "change")}
                {publication.loosening ? ", loosens" : ""}, by {publication.requestedBy}{" "}
                <Time value={publication.requestedAt} now={now} />
                {publication.status === "scheduled" && publication.startsAt && (
                  <>
                    , starts <Time value={publication.startsAt} />
                  </>
                )}
                {publication.status === "published" && publication.expiresAt && !publication.endedNumber && (
                  <>
                    , loosens until <Time value={publication.expiresAt} />
                  </>
                )}
              </span>
            </span>
            <PublicationStatusBadge status={publication.status} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
