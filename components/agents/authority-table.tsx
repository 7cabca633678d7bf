"use client";

import Link from "next/link";
import { useEffect, useState } from "react";
import { ruleHref } from "@/components/audit/rule-href";
import { EmptyState } from "@/components/ui/empty-state";
import { Money } from "@/components/ui/money";
import { Panel } from "@/components/ui/panel";
import { sentence } from "@/components/ui/sentence";
import { Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import type { MandateInput } from "@/lib/agents/mandate-input";
import { withoutEmptyLists } from "@/lib/agents/mandate-input";
import type { AuthorityAnswer, AuthorityRow } from "@/lib/agents/mandate-schema";
import type { ServerAction } from "@/lib/http/action";
import { mandate as mandateSchema } from "@/lib/policy/schema";

export type AuthorityOf = ServerAction<{ id: string; mandate?: MandateInput }, AuthorityAnswer>;

const pauseMilliseconds = 400;

/**
 * What the policy leaves of a mandate, tool by tool.
 * @param initial of the stored mandate
 * @param draft   a mandate that is being edited: the table follows it
 */
export function AuthorityTable({
  id,
  initial,
  draft,
  authority,
}: {
  id: string;
  initial: AuthorityAnswer;
  draft?: MandateInput | undefined;
  authority?: AuthorityOf | undefined;
}) {
  const [answer, setAnswer] = useState(initial);
  const [state, setState] = useState<"fresh" | "stale" | "unread">("fresh");
  const asked = draft && JSON.stringify(withoutEmptyLists(draft));

  // The policy is asked again when the person pauses; the external system is the server.
  useEffect(() => {
    if (!asked || !authority) return;
    let current = true;
    setState("stale");
    const timer = setTimeout(async () => {
      const parsed = mandateSchema.safeParse(JSON.parse(asked));
      const result = parsed.success ? await authority({ id, mandate: parsed.data }) : null;
      if (!current) return;
      if (result?.ok) setAnswer(result.data);
      setState(result?.ok ? "fresh" : "unread");
    }, pauseMilliseconds);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [asked, authority, id]);

  return (
    <Panel
      title="Effective authority"
      description={
        state === "unread"
          ? "Not up to date: the mandate has something that cannot be read."
          : draft
            ? "What the tier leaves of the mandate as it stands here."
            : "What the tier leaves of the mandate."
      }
      flush
    >
      <div aria-busy={state === "stale"}>
        {answer.items.length === 0 ? (
          <EmptyState kind="nothing" title="No tools, so nothing is allowed" />
        ) : (
          <Table label="Effective authority by tool" framed={false}>
            <TableHead>
              <Th>Tool</Th>
              <Th>Alone up to</Th>
              <Th>With approval up to</Th>
            </TableHead>
            <TableBody>
              {answer.items.map((row) => (
                <Row key={row.tool} row={row} agentId={id} />
              ))}
            </TableBody>
          </Table>
        )}
        {answer.left > 0 && <p className="px-4 py-2 text-muted">and {answer.left} more tools</p>}
      </div>
    </Panel>
  );
}

function Row({ row, agentId }: { row: AuthorityRow; agentId: string }) {
  const href = ruleHref(row.decidedBy, { policyNumber: null, agentId, tool: row.known ? row.tool : null });
  return (
    <Tr>
      <th scope="row" className="min-w-40 max-w-72 border-b px-3 py-2 text-left align-top font-normal">
        <span className="wrap-anywhere font-mono text-xs">{row.tool}</span>
        <ul className="text-muted text-xs">
          {row.conditions.map((condition) => (
            <li key={condition}>{sentence(condition)}</li>
          ))}
          <li>
            Decided by {row.decidedBy.layer},{" "}
            {href ? (
              <Link href={href} className="inline-flex min-h-6 items-center rounded-md text-link hover:underline">
                <code className="wrap-anywhere font-mono">{row.decidedBy.ruleId}</code>
              </Link>
            ) : (
              <code className="wrap-anywhere font-mono">{row.decidedBy.ruleId}</code>
            )}
          </li>
        </ul>
      </th>
      <Td className="py-2 align-top">
        {row.never ? "Never" : <Most value={row.allowUpTo} currency={row.currency} none="Never alone" />}
      </Td>
      <Td className="py-2 align-top">
        {row.never ? (
          <span className="text-muted">Never</span>
        ) : (
          <Most
            value={row.approvalUpTo}
            currency={row.currency}
            none={row.allowUpTo === null ? "Never" : "Nothing more"}
          />
        )}
        {row.whoMustApprove && <div className="text-muted text-xs">{sentence(row.whoMustApprove)}</div>}
      </Td>
    </Tr>
  );
}

function Most({ value, currency, none }: { value: AuthorityRow["allowUpTo"]; currency: string | null; none: string }) {
  if (value === null) return <span className="text-muted">{none}</span>;
  if (value === "unlimited") return currency ? "Any amount" : "Always";
  return <Money amount={value.amount} currency={value.currency} />;
}
