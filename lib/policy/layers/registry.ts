import { quoted, whoMustApprove } from "../messages";
import type { ApprovalSpec } from "../schema";
import type { Finding, Principal, RequestContext } from "../types";
import { type LayerCompiler, shared } from "./layer";

/** The agent itself: active, within its term, owned, and running the version that was approved. */
export const registry: LayerCompiler = {
  layer: "registry",
  compile: shared(
    ({ principal, policy }) => {
      const standing = standingOf(principal, policy.set.escalation);
      return (context, report) => {
        for (const finding of standing) report.findings.push(finding);
        const expired = expiryOf(principal, context.now);
        if (expired) report.findings.push(expired);
        else if (principal.expiresAt !== undefined && principal.expiresAt < context.notAfter)
          context.notAfter = principal.expiresAt;
        const mismatch = versionMismatch(principal, context.request.context);
        if (mismatch) report.findings.push(mismatch);
      };
    },
    ({ policy, principal }) => [policy, principal],
  ),
};

/** What holds for every request of an agent, whatever the tool. */
export function standingOf(principal: Principal, escalation: ApprovalSpec): Finding[] {
  const findings: Finding[] = [];
  const deny = (code: string, message: string) =>
    findings.push({ layer: "registry", ruleId: "registry", effect: "deny", code, message });
  if (principal.status === "draft") deny("agent.not_active", "this agent was registered but not activated yet");
  if (principal.status === "suspended") deny("agent.suspended", "this agent is suspended");
  if (principal.status === "retired") deny("agent.retired", "this agent is retired");
  if (principal.version === null) deny("version.unpinned", "this agent has no current version");
  if (principal.ownerId === null) {
    findings.push({
      layer: "registry",
      ruleId: "registry",
      effect: "approval",
      code: "agent.orphaned",
      message: `this agent has no active owner, so everything it does is asked; ${whoMustApprove(escalation)}`,
      approval: escalation,
    });
  }
  return findings;
}

export function expiryOf(principal: Principal, now: number): Finding | null {
  if (principal.expiresAt === undefined || now < principal.expiresAt) return null;
  const since = new Date(principal.expiresAt).toISOString().slice(0, 10);
  return {
    layer: "registry",
    ruleId: "registry",
    effect: "deny",
    code: "agent.expired",
    message: `this agent's term ended on ${since}`,
  };
}

export function versionMismatch(principal: Principal, context: RequestContext): Finding | null {
  const claimed = context.agentVersion;
  if (claimed === undefined || principal.version === null || claimed === principal.version) return null;
  const message = `the runtime runs version ${quoted(String(claimed))}, and ${quoted(principal.version)} is the current one`;
  return { layer: "registry", ruleId: "registry", effect: "deny", code: "version.mismatch", message };
}
