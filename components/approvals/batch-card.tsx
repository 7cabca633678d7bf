import { Amount } from "@/components/approvals/amount";
import { UnusualFacts } from "@/components/approvals/card-unusual";
import { Description, DescriptionList, NotSet } from "@/components/ui/description-list";
import { Id } from "@/components/ui/id";
import { InertText } from "@/components/ui/inert-text";
import { JsonView } from "@/components/ui/json-view";
import { sentence } from "@/components/ui/sentence";
import type { Card } from "@/lib/approvals/schema";

/** One request among those that are decided together: nothing that decides about it is left out or folded away. What the agent says for itself is not here. */
export function BatchCard({ card, place }: { card: Card; place: number }) {
  return (
    <li className="rounded-lg border bg-surface-sunken p-3">
      <h3 className="wrap-anywhere mb-2 font-medium">
        {place}. <code className="font-mono">{card.tool}</code>
        {card.amount !== null && (
          <>
            {" · "}
            <Amount amount={card.amount} currency={card.currency} />
          </>
        )}
      </h3>
      <div className="flex flex-col gap-2">
        <DescriptionList>
          <Description term="Recipient">
            <Texts texts={card.recipients} />
          </Description>
          <Description term="Target">
            <Texts texts={card.resource === null ? card.targets : [...card.targets, card.resource]} />
          </Description>
          <Description term="Agent">
            {card.agent.name}, of {card.owner.name}, in {card.agent.environment}
          </Description>
          <Description term="Asked because">
            {card.findings
              .filter((finding) => finding.effect !== "allow")
              .map((finding) => (
                <div key={`${finding.ruleId} ${finding.code}`} className="wrap-anywhere">
                  <InertText text={sentence(finding.message)} />
                </div>
              ))}
          </Description>
          <Description term="Action digest">
            <Id value={card.actionDigest} noun={`action digest of request ${place}`} />
          </Description>
        </DescriptionList>
        <UnusualFacts card={card} />
        {card.arguments !== null && <JsonView json={card.arguments} label={`Arguments of request ${place}`} full />}
        {card.context !== null && <JsonView json={card.context} label={`Context of request ${place}`} full />}
      </div>
    </li>
  );
}

function Texts({ texts }: { texts: readonly string[] }) {
  if (texts.length === 0) return <NotSet word="None" />;
  return texts.map((text) => (
    <div key={text} className="wrap-anywhere">
      <InertText text={text} />
    </div>
  ));
}
