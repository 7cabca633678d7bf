import { RotateCcw, TriangleAlert } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { Amount } from "@/components/approvals/amount";
import { ClippedText } from "@/components/approvals/clipped-text";
import { Badge } from "@/components/ui/badge";
import { NotSet } from "@/components/ui/description-list";
import { InertText } from "@/components/ui/inert-text";
import { EffectBadge } from "@/components/ui/status-badge";
import type { ApprovalDetail, Card } from "@/lib/approvals/schema";

type PinnedFacts = Pick<ApprovalDetail, "effect" | "reversible" | "agent" | "owner" | "resource">;

/** What is at stake, at a glance: never below the fold, at 360 px as at 1440. */
export function CardFacts({ approval, card }: { approval: PinnedFacts; card: Card | null }) {
  const hidden = <NotSet word="Not visible to you" />;
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-2 rounded-lg border bg-surface-sunken p-3 md:grid-cols-4 md:gap-x-8 md:p-4">
      <Fact term="Amount">
        {!card ? (
          hidden
        ) : card.amount === null ? (
          <NotSet word="None" />
        ) : (
          <span className="text-lg">
            <Amount amount={card.amount} currency={card.currency} />
          </span>
        )}
      </Fact>
      <Fact term="Recipient">{!card ? hidden : <Several texts={card.recipients} />}</Fact>
      <Fact term="Target">{!card ? hidden : <Several texts={targetsOf(approval, card)} />}</Fact>
      <Fact term="Effect">
        <EffectBadge effect={approval.effect} />
      </Fact>
      <Fact term="Reversible">
        {approval.reversible ? (
          <Badge icon={<RotateCcw aria-hidden />}>Can be undone</Badge>
        ) : (
          <Badge tone="warning" icon={<TriangleAlert aria-hidden />}>
            Cannot be undone
          </Badge>
        )}
      </Fact>
      <Fact term="Agent">
        <Link href={`/agents/${approval.agent.id}`} className="rounded-md text-link hover:underline">
          {approval.agent.name}
        </Link>
      </Fact>
      <Fact term="Owner">{approval.owner.name}</Fact>
      <Fact term="Environment">
        {card ? `${capital(card.agent.environment)}, ${card.agent.riskClass} risk` : hidden}
      </Fact>
    </dl>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-muted text-xs">{term}</dt>
      <dd className="wrap-anywhere font-medium">{children}</dd>
    </div>
  );
}

function Several({ texts }: { texts: readonly string[] }) {
  const [first, ...more] = texts;
  if (first === undefined) return <NotSet word="None" />;
  return (
    <>
      <ClippedText text={first} most={48} />
      {more.length > 0 && <span className="block text-status-warning text-xs">and {more.length} more, all below</span>}
    </>
  );
}

function targetsOf(approval: PinnedFacts, card: Card): string[] {
  if (card.targets.length > 0) return card.targets;
  return approval.resource === null ? [] : [approval.resource];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Every recipient and target by itself, when there are several: a list hides none. */
export function AllParties({ card }: { card: Card }) {
  const lists = [
    { title: `All ${card.recipients.length} recipients`, texts: card.recipients },
    { title: `All ${card.targets.length} targets`, texts: card.targets },
  ].filter((list) => list.texts.length > 1);
  return lists.map((list) => (
    <section key={list.title} aria-label={list.title}>
      <h3 className="font-medium text-muted text-xs">{list.title}</h3>
      <ol className="list-decimal pl-6">
        {list.texts.map((text) => (
          <li key={text} className="wrap-anywhere">
            <InertText text={text} />
          </li>
        ))}
      </ol>
    </section>
  ));
}
