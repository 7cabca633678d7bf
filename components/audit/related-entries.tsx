import Link from "next/link";
import { pathOf } from "@/components/audit/entry-table";
import { OutcomeBadge } from "@/components/audit/outcome-badge";
import { Panel } from "@/components/ui/panel";
import { Time } from "@/components/ui/time";
import { kindWord } from "@/lib/audit/kind-words";
import type { EntryDetail } from "@/lib/explorer/schema";

const mostShown = 50;

/** What belongs to the entry: votes, redemption, reported outcomes, looks at its content. */
export function RelatedEntries({ entry }: { entry: EntryDetail }) {
  if (entry.related.length === 0) return null;
  return (
    <Panel
      title="What belongs to it"
      flush
      footer={entry.related.length >= mostShown ? `The first ${mostShown} are shown.` : undefined}
    >
      <ol className="divide-y">
        {entry.related.map((each) => (
          <li key={each.id} className="flex min-h-9 flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-1">
            <span className="flex flex-wrap items-center gap-x-2">
              <Link
                href={pathOf(each)}
                className="inline-flex min-h-6 items-center rounded-md font-medium hover:underline"
              >
                {kindWord(each.kind)}
              </Link>
              {each.outcome && <OutcomeBadge outcome={each.outcome} />}
              <span className="text-muted">{each.actor?.name ?? each.agent?.name}</span>
            </span>
            <Time value={each.at} className="text-muted text-xs" />
          </li>
        ))}
      </ol>
    </Panel>
  );
}
