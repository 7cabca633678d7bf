import { CardContent, CardReasons } from "@/components/approvals/card-content";
import { CardFacts } from "@/components/approvals/card-facts";
import { CardUnusual } from "@/components/approvals/card-unusual";
import { Banner } from "@/components/ui/banner";
import { Id } from "@/components/ui/id";
import { PageHeader } from "@/components/ui/page-header";
import { Time } from "@/components/ui/time";
import type { ShownCard } from "@/lib/approvals/schema";

const words = { approve: "approved", deny: "denied" } as const;

/** A card as it was when people voted on it. */
export function ShownCardView({ id, shown }: { id: string; shown: ShownCard }) {
  const { card, votes } = shown;
  return (
    <article aria-label={`Card for ${shown.tool} as it was shown`} className="flex flex-col gap-4">
      <PageHeader
        title="Card as it was shown"
        breadcrumb={[
          { label: "Inbox", href: "/inbox" },
          { label: "Request", href: `/inbox/${id}` },
        ]}
        description={
          <>
            <code className="font-mono">{shown.tool}</code>:{" "}
            {votes.map((vote, index) => (
              <span key={vote.at}>
                {index > 0 && ", "}
                {vote.name} {words[vote.verdict]} it on <Time value={vote.at} />
              </span>
            ))}
          </>
        }
      />
      {card ? (
        <>
          <Banner title="It has the digest that is sealed in the votes">
            <Id value={shown.digest} noun="card digest" />
          </Banner>
          <CardFacts approval={{ ...shown, agent: card.agent, owner: card.owner }} card={card} />
          <CardUnusual card={card} />
          <CardReasons card={card} />
          <CardContent card={card} />
        </>
      ) : (
        <Banner tone="warning" title="This card can no longer be put together">
          Its content was erased since, it was shown by an earlier version of Countersign, or the log has not been read
          that far yet. The votes and the digest they seal stay: <Id value={shown.digest} noun="card digest" />
        </Banner>
      )}
    </article>
  );
}
