import { CircleCheck, TriangleAlert } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { Amount } from "@/components/approvals/amount";
import { ClippedText } from "@/components/approvals/clipped-text";
import { Badge } from "@/components/ui/badge";
import { InertText } from "@/components/ui/inert-text";
import { Panel } from "@/components/ui/panel";
import { Time } from "@/components/ui/time";
import type { Card, Change, Excerpt, Unusual } from "@/lib/approvals/schema";

/** What differs from what was approved and done before, by our own records: first in a few words, then field by field. */
export function CardUnusual({ card }: { card: Card }) {
  if (card.unusual === null) return null;
  return (
    <Panel title="What is unusual" description="Compared by Countersign when the agent asked">
      <UnusualFacts card={card} />
    </Panel>
  );
}

/** The same without its frame. */
export function UnusualFacts({ card }: { card: Card }) {
  const { unusual } = card;
  if (unusual === null) return null;
  return (
    <div className="flex flex-col gap-3">
      <ul aria-label="What is unusual, in short" className="flex flex-col gap-1.5">
        {marksOf(unusual, card).map((mark) => (
          <li key={mark.key} className="flex min-w-0 items-start gap-2">
            {mark.unusual ? (
              <TriangleAlert aria-label="Unusual:" className="mt-0.5 size-4 shrink-0 text-status-warning" />
            ) : (
              <CircleCheck aria-label="As before:" className="mt-0.5 size-4 shrink-0 text-muted" />
            )}
            <span className="wrap-anywhere min-w-0">{mark.words}</span>
          </li>
        ))}
      </ul>
      {unusual.similar && <Differences similar={unusual.similar} />}
    </div>
  );
}

type Mark = { key: string; unusual: boolean; words: ReactNode };

function marksOf(unusual: Unusual, card: Card): Mark[] {
  const { similar, amounts, newRecipients } = unusual;
  const marks: Mark[] = [];
  if (unusual.firstUseOfTool)
    marks.push({ key: "tool", unusual: true, words: "This agent uses this tool for the first time" });
  for (const { recipient, inOrganization } of newRecipients.slice(0, mostRecipients)) {
    marks.push({
      key: `to ${recipient}`,
      unusual: true,
      words: (
        <>
          New recipient <ClippedText text={recipient} most={60} />:{" "}
          {inOrganization ? "no agent here has acted on it before" : "other agents have acted on it, this one has not"}
        </>
      ),
    });
  }
  const more = Math.max(0, newRecipients.length - mostRecipients);
  if (more > 0) marks.push({ key: "more", unusual: true, words: `${more} more new recipients` });
  if (unusual.uncheckedRecipients > 0)
    marks.push({
      key: "unchecked",
      unusual: true,
      words: `${unusual.uncheckedRecipients} more recipients were not compared`,
    });
  if (card.recipients.length > 0 && newRecipients.length === 0 && unusual.uncheckedRecipients === 0)
    marks.push({ key: "known", unusual: false, words: "This agent has acted on the same recipients before" });
  if (similar?.amountTimes) {
    marks.push({
      key: "times",
      unusual: !/^0|less/.test(similar.amountTimes),
      words: `Amount × ${similar.amountTimes} against the one approved last`,
    });
  }
  if (amounts) marks.push(amountMark(amounts));
  if (!similar) marks.push({ key: "none", unusual: true, words: "Nothing like it was approved for this agent before" });
  return marks.sort((one, other) => Number(other.unusual) - Number(one.unusual));
}

const mostRecipients = 5;

function amountMark({ count, least, most, currency, position }: NonNullable<Unusual["amounts"]>): Mark {
  const range = (
    <>
      {count === 1 ? "the one amount" : `the ${count} amounts`} approved before (
      <Amount amount={least} currency={currency} />
      {least !== most && (
        <>
          {" to "}
          <Amount amount={most} currency={currency} />
        </>
      )}
      )
    </>
  );
  const where = {
    above: <>Amount above {range}</>,
    below: <>Amount below {range}</>,
    within: <>Amount within {range}</>,
  };
  return {
    key: "range",
    unusual: position !== "within",
    words: position === null ? <>Amount not comparable with {range}</> : where[position],
  };
}

function Differences({ similar }: { similar: NonNullable<Unusual["similar"]> }) {
  const last = (
    <>
      <Link href={`/decisions/${similar.decisionId}`} className="rounded-md text-link underline">
        the action approved last
      </Link>{" "}
      (<Time value={similar.decidedAt} />, {similar.redeemed ? "carried out" : "not carried out by then"})
    </>
  );
  if (similar.content !== "readable") {
    return (
      <p className="text-muted">
        The arguments cannot be compared with {last}: its content{" "}
        {similar.content === "erased" ? "was erased" : "is not what the log committed to"}.
      </p>
    );
  }
  if (similar.changes.length === 0) return <p>The arguments are the same as those of {last}.</p>;
  const count = similar.changes.length + similar.moreChanges;
  return (
    <section aria-label="Differences from the action approved last" className="flex flex-col gap-2">
      <p>
        {count === 1 ? "One argument differs" : `${count} arguments differ`} from {last}:
      </p>
      <dl className="divide-y rounded-lg border">
        {similar.changes.map((change) => (
          <Difference key={change.path} change={change} />
        ))}
      </dl>
      {similar.moreChanges > 0 && (
        <p className="text-status-warning">{similar.moreChanges} more differences are not listed here.</p>
      )}
    </section>
  );
}

const words = { changed: "Changed", added: "Added", removed: "Removed" } as const;

function Difference({ change }: { change: Change }) {
  return (
    <div className="grid gap-x-4 gap-y-1 px-3 py-2 md:grid-cols-[minmax(8rem,1fr)_3fr]">
      <dt className="flex min-w-0 flex-wrap items-center gap-2">
        <code className="wrap-anywhere font-mono text-xs">
          <ClippedText text={change.path} most={80} />
        </code>
        <Badge tone={change.kind === "changed" ? "neutral" : "warning"}>{words[change.kind]}</Badge>
      </dt>
      <dd className="flex min-w-0 flex-col gap-1 font-mono text-xs">
        {change.before && <Value word="Before" value={change.before} muted />}
        {change.after && <Value word="Now" value={change.after} />}
      </dd>
    </div>
  );
}

function Value({ word, value, muted }: { word: string; value: Excerpt; muted?: boolean }) {
  return (
    <span className={muted ? "wrap-anywhere text-muted" : "wrap-anywhere font-medium"}>
      <span className="mr-2 inline-block w-12 font-normal font-sans text-muted">{word}</span>
      {value.skipped > 0 && <span className="font-sans text-muted">{value.skipped} characters … </span>}
      <InertText text={value.text} />
      {value.left > 0 && <span className="font-sans text-muted"> … {value.left} more characters</span>}
    </span>
  );
}
