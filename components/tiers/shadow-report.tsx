import Link from "next/link";
import { logHref } from "@/components/overview/log-href";
import { Examples } from "@/components/tiers/forecast-figures";
import { Button } from "@/components/ui/button";
import { formatCount } from "@/components/ui/money";
import { Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { ShadowReport as Report, ShadowRule } from "@/lib/policy/shadow-schema";

const listed = 5;

/**
 * What one rule in shadow would have done, and the button that makes it do so from now on.
 * @param ruleId    id of the guardrail
 * @param effect    what it does as it stands in the draft, for a rule that never fired
 * @param onEnforce edits the draft; without it there is no button
 */
export function ShadowReport({
  report,
  ruleId,
  effect,
  now,
  onEnforce,
}: {
  report: Report;
  ruleId: string;
  effect: "deny" | "approval";
  now: string;
  onEnforce?: ((ruleId: string) => void) | undefined;
}) {
  const found = report.rules.filter((rule) => rule.ruleId === ruleId);
  return (
    <section aria-label="In shadow" className="flex min-w-0 flex-col gap-2">
      <div className="flex flex-wrap items-start justify-between gap-2">
        <div className="min-w-0">
          {found.length === 0 ? (
            <p>
              It would have {effect === "deny" ? "denied" : "asked for"} none of {formatCount(report.looked)} decisions
              of the last {report.days} days.
            </p>
          ) : (
            found.map((rule) => <Sentence key={rule.effect} rule={rule} days={report.days} now={now} />)
          )}
          {report.decisions > report.looked && (
            <p className="text-muted text-xs">
              {formatCount(report.decisions - report.looked)} decisions are not counted: their content was erased
              {report.collecting ? ", or has not been looked at yet" : ""}.
            </p>
          )}
        </div>
        {onEnforce && (
          <Button size="sm" onClick={() => onEnforce(ruleId)}>
            Enforce
          </Button>
        )}
      </div>
      {found.length > 0 && <Uses rules={found} report={report} now={now} />}
    </section>
  );
}

function Sentence({ rule, days, now }: { rule: ShadowRule; days: number; now: string }) {
  const did = rule.effect === "deny" ? "denied" : "asked for";
  return (
    <p>
      It would have {did} <strong className="tabular">{formatCount(rule.count)}</strong>{" "}
      {rule.count === 1 ? "decision" : "decisions"} of the last {days} days; {formatCount(rule.wouldChange)} of them
      ended otherwise. First <Time value={rule.firstAt} now={now} />, last <Time value={rule.lastAt} now={now} />.
    </p>
  );
}

function Uses({ rules, report, now }: { rules: readonly ShadowRule[]; report: Report; now: string }) {
  const uses = rules.flatMap((rule) => rule.uses.map((use) => ({ ...use, effect: rule.effect })));
  uses.sort((one, other) => other.count - one.count);
  const rest = uses.slice(listed).reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      <Table label="Where it would have fired">
        <TableHead>
          <Th>Agent and tool</Th>
          <Th align="right">Decisions</Th>
          <Th hideBelow="md">Last</Th>
          <Th hideBelow="md">Examples</Th>
        </TableHead>
        <TableBody>
          {uses.slice(0, listed).map((use) => (
            <Tr key={[use.effect, use.agentId, use.tool].join(" ")}>
              <th scope="row" className="max-w-44 border-b px-3 py-2 text-left font-normal sm:max-w-80">
                <span className="block truncate">{use.agentName}</span>
                <code className="block truncate font-mono text-muted text-xs">{use.tool}</code>
              </th>
              <Td align="right">
                <Link
                  className="relative inline-flex min-h-6 items-center text-link hover:underline"
                  prefetch={false}
                  href={logHref({ kind: "decision", agent: use.agentId, tool: use.tool, from: report.from })}
                >
                  {formatCount(use.count)}
                  <span className="sr-only">
                    ; decisions of {use.agentName} with {use.tool} in the log
                  </span>
                </Link>
              </Td>
              <Td hideBelow="md">
                <Time value={use.lastAt} now={now} />
              </Td>
              <Td hideBelow="md">
                <Examples decisions={use.decisions} />
              </Td>
            </Tr>
          ))}
        </TableBody>
      </Table>
      {rest > 0 && <p className="text-muted text-xs">{formatCount(rest)} more with other agents and tools.</p>}
    </>
  );
}
