import Link from "next/link";
import { PublicationStatusBadge } from "@/components/tiers/publication-status";
import { Description, DescriptionList } from "@/components/ui/description-list";
import { sentence } from "@/components/ui/sentence";
import { Time } from "@/components/ui/time";
import type { PublicationRow } from "@/lib/policy/publication-schema";

/** What one publication is and came to. */
export function PublicationFacts({ publication }: { publication: PublicationRow }) {
  const { status, statusReason, startsAt, expiresAt, decidedBy, decidedAt, number, endedNumber } = publication;
  return (
    <DescriptionList columns={2}>
      <Description term="State">
        <PublicationStatusBadge status={status} />
      </Description>
      <Description term="Change of">
        <Link href={`/tiers?version=${publication.baseVersion}`} className="text-link hover:underline">
          Version {publication.baseVersion}
        </Link>
      </Description>
      <Description term="Requested by">
        {publication.requestedBy}, <Time value={publication.requestedAt} />
      </Description>
      <Description term="Written by">{publication.authors.join(", ") || publication.requestedBy}</Description>
      {startsAt && (
        <Description term="Starts">
          <Time value={startsAt} />
        </Description>
      )}
      {expiresAt && (
        <Description term="Loosens until">
          <Time value={expiresAt} />
        </Description>
      )}
      {decidedBy && (
        <Description term="Second person">
          {decidedBy}
          {decidedAt && (
            <>
              , <Time value={decidedAt} />
            </>
          )}
        </Description>
      )}
      {number !== null && (
        <Description term="Became">
          <Link href={`/tiers?version=${number}`} className="text-link hover:underline">
            Version {number}
          </Link>
        </Description>
      )}
      {endedNumber !== null && <Description term="Taken back in">Version {endedNumber}</Description>}
      {statusReason && <Description term="Because">{sentence(statusReason)}</Description>}
    </DescriptionList>
  );
}
