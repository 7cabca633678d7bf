import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { ClippedText } from "@/components/approvals/clipped-text";
import { Banner } from "@/components/ui/banner";
import { InertText } from "@/components/ui/inert-text";
import { Money } from "@/components/ui/money";
import { Panel } from "@/components/ui/panel";
import { sentence } from "@/components/ui/sentence";
import type { BudgetLine, BudgetPosition, LimitPosition } from "@/lib/approvals/budget-line";

/** Where the agent's budgets stand now, and where they would with this action. */
export function CardBudgets({ position }: { position: BudgetPosition }) {
  if (position.refusedBecause !== null) {
    return (
      <Banner tone="warning" title="The policy in force would refuse this now, approved or not">
        <InertText text={sentence(position.refusedBecause)} />
      </Banner>
    );
  }
  if (position.lines.length === 0) return null;
  return (
    <Panel title="Budgets after this action" description="As they stand now; checked again when it is carried out">
      <ul className="flex flex-col gap-4">
        {position.lines.map((line) => (
          <li key={`${line.ruleId} ${line.counterparty}`} className="flex flex-col gap-2">
            <span className="font-medium">
              {windows[line.window]}, {scopes[line.scope]}
              {line.counterparty && (
                <>
                  : <ClippedText text={line.counterparty} most={60} />
                </>
              )}
            </span>
            {line.money && <MoneyLimit money={line.money} />}
            {line.calls && <CallLimit calls={line.calls} />}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function MoneyLimit({ money }: { money: NonNullable<BudgetLine["money"]> }) {
  const { currency } = money;
  return (
    <Limit position={money}>
      <Money amount={money.spent} currency={currency} /> spent, <Money amount={money.after} currency={currency} /> after
      this, of <Money amount={money.limit} currency={currency} />
    </Limit>
  );
}

function CallLimit({ calls }: { calls: LimitPosition<number> }) {
  return (
    <Limit position={calls}>
      {calls.spent} {calls.spent === 1 ? "call" : "calls"}, {calls.after} after this, of {calls.limit}
    </Limit>
  );
}

/** A sentence with its bar; the bar says nothing that the sentence does not. */
function Limit({ position, children }: { position: LimitPosition<unknown>; children: ReactNode }) {
  const { spentShare, afterShare, exceeds } = position;
  return (
    <div className="flex flex-col gap-1">
      <span className="tabular flex flex-wrap items-center gap-x-2">
        <span>{children}</span>
        {exceeds && (
          <span className="inline-flex items-center gap-1 text-status-warning">
            <TriangleAlert aria-hidden className="size-4" />
            More than is left: it would be refused
          </span>
        )}
      </span>
      <svg
        aria-hidden="true"
        width="100%"
        height="8"
        className="block rounded-md bg-surface-sunken outline outline-border"
      >
        <rect width={`${spentShare}%`} height="8" className="fill-status-neutral" />
        <rect
          x={`${spentShare}%`}
          width={`${afterShare - spentShare}%`}
          height="8"
          className={exceeds ? "fill-status-warning" : "fill-accent"}
        />
      </svg>
    </div>
  );
}

const windows = { hour: "In an hour", day: "In a day", week: "In a week", month: "In thirty days" } as const;
const scopes = { agent: "this agent", owner: "all agents of its owner", counterparty: "this recipient" } as const;
