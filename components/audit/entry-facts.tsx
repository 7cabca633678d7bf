import Link from "next/link";
import type { ReactNode } from "react";
import { ToolName } from "@/components/audit/entry-name";
import { subjectHref } from "@/components/audit/subject-href";
import { Description, DescriptionList, NotSet } from "@/components/ui/description-list";
import { Id } from "@/components/ui/id";
import { Panel } from "@/components/ui/panel";
import { EffectBadge } from "@/components/ui/status-badge";
import { Time } from "@/components/ui/time";
import { kindWord } from "@/lib/audit/kind-words";
import type { EntryDetail } from "@/lib/explorer/schema";

/** What the entry's header says, and what a receipt of it repeats. */
export function EntryFacts({ entry }: { entry: EntryDetail }) {
  const own = entry.id.replace(/^dec_/, "apr_");
  const opened = entry.kind === "decision" && entry.outcome === "approval_required" ? own : null;
  const other = entry.approvalId === opened || entry.approvalId === own ? null : entry.approvalId;
  const asked = other?.replace(/^apr_/, "dec_");
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <Panel title="Facts">
        <DescriptionList>
          <Description term="Kind">{kindWord(entry.kind)}</Description>
          <Description term="Time">
            <Time value={entry.at} />
          </Description>
          {entry.sample && (
            <Description term="Recorded">
              <Time value={entry.recordedAt} />
            </Description>
          )}
          {entry.agent && (
            <Description term="Agent">
              <TextLink href={`/agents/${entry.agent.id}`}>{entry.agent.name}</TextLink>
            </Description>
          )}
          {entry.actor && <Description term="By">{entry.actor.name}</Description>}
          {entry.tool !== null && (
            <Description term="Tool">
              <TextLink href={`/tools/${entry.tool}`}>
                <ToolName tool={entry.tool} />
              </TextLink>
            </Description>
          )}
          {entry.effect && (
            <Description term="Effect">
              <EffectWord effect={entry.effect} />
            </Description>
          )}
          {opened && (
            <Description term="Approval asked">
              <Id value={opened} href={`/inbox/${opened}`} noun="approval id" />
            </Description>
          )}
          {other && (
            <Description term={entry.kind === "decision" ? "Approval redeemed" : "Approval"}>
              <Id value={other} href={`/inbox/${other}`} noun="approval id" />
            </Description>
          )}
          {asked && (
            <Description term="First asked in">
              <Id value={asked} href={`/decisions/${asked}`} noun="decision id" />
            </Description>
          )}
          {entry.ref && (
            <Description term="About">
              <Id value={entry.ref} {...(subjectHref(entry.ref) ? { href: subjectHref(entry.ref) } : {})} />
            </Description>
          )}
          {entry.policyHash && (
            <Description term="Policy">
              {entry.policyNumber !== null && (
                <TextLink href={`/tiers?version=${entry.policyNumber}`}>Version {entry.policyNumber}</TextLink>
              )}{" "}
              <Id value={entry.policyHash} noun="policy hash" />
            </Description>
          )}
          {entry.instance && (
            <Description term="Instance">
              <Id value={entry.instance} noun="instance id" />
            </Description>
          )}
          {entry.kind === "decision" && (
            <Description term="Repeated calls">
              {entry.idempotent ? "Same answer for the same key" : <NotSet word="Sent without a key" />}
            </Description>
          )}
        </DescriptionList>
      </Panel>
      <Panel title="Receipt" description="A receipt of this entry repeats these.">
        <DescriptionList>
          <Description term="Entry">
            <Id value={entry.id} noun="entry id" />
          </Description>
          <Description term="Log">
            <Id value={entry.origin} keep={0} noun="log origin" />
          </Description>
          <Description term="Place">
            <span className="tabular">
              Lane {entry.lane}, entry {entry.seq}
            </span>
          </Description>
          {entry.actionDigest && (
            <Description term="Action digest">
              <Id value={entry.actionDigest} noun="action digest" />
            </Description>
          )}
          <Description term="Leaf hash">
            <Id value={entry.leaf} noun="leaf hash" />
          </Description>
          <Description term="Predecessor">
            <Id value={entry.prev} noun="predecessor's hash" />
          </Description>
          {entry.commit && (
            <Description term="Content">
              <Id value={entry.commit} noun="content commitment" />
            </Description>
          )}
        </DescriptionList>
      </Panel>
    </div>
  );
}

const effects = ["read", "write", "external", "financial", "destructive", "code", "admin"] as const;

function EffectWord({ effect }: { effect: string }) {
  const known = effects.find((each) => each === effect);
  return known ? <EffectBadge effect={known} /> : effect;
}

function TextLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className="inline-flex min-h-6 items-center rounded-md text-link hover:underline">
      {children}
    </Link>
  );
}
