"use client";

import { CirclePause, CirclePlay } from "lucide-react";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { toast } from "@/components/ui/toaster";
import type { AgentDetail } from "@/lib/agents/schema";
import type { ServerAction } from "@/lib/http/action";

export type WithReason = ServerAction<{ id: string; reason: string }, unknown>;

/** Activate, suspend, resume: whichever the agent's status and the person's rights allow. */
export function AgentControls({
  agent,
  activate,
  suspend,
  stop,
}: {
  agent: Pick<AgentDetail, "id" | "name" | "status" | "openApprovals" | "may">;
  activate: WithReason;
  suspend: WithReason;
  /** For who may stop agents, but not change this one. */
  stop: ServerAction<{ scope: "agent"; id: string; reason: string }, unknown>;
}) {
  if (agent.status === "active" && (agent.may.change || agent.may.stop)) {
    return (
      <ConfirmDialog
        trigger={
          <Button variant="danger">
            <CirclePause aria-hidden />
            Suspend…
          </Button>
        }
        title="Suspend agent?"
        object={agent.name}
        confirmLabel="Suspend"
        reason="required"
        onConfirm={async ({ reason }) => {
          const result = agent.may.change
            ? await suspend({ id: agent.id, reason })
            : await stop({ scope: "agent", id: agent.id, reason });
          if (result.ok) toast.success(`${agent.name} is suspended`);
          return result;
        }}
      >
        From the moment this returns every request of it is denied.
        {agent.openApprovals > 0 &&
          ` ${agent.openApprovals} open ${agent.openApprovals === 1 ? "approval is" : "approvals are"} voided.`}{" "}
        What was allowed before is not undone.
      </ConfirmDialog>
    );
  }
  if (agent.status === "draft" && agent.may.change) {
    return (
      <ConfirmDialog
        trigger={
          <Button variant="primary">
            <CirclePlay aria-hidden />
            Activate…
          </Button>
        }
        title="Activate agent?"
        object={agent.name}
        confirmLabel="Activate"
        reason="required"
        onConfirm={async ({ reason }) => {
          const result = await activate({ id: agent.id, reason });
          if (result.ok) toast.success(`${agent.name} is active`);
          return result;
        }}
      >
        It may act within its tier and mandate from then on.
      </ConfirmDialog>
    );
  }
  if (agent.status === "suspended" && agent.may.resume) {
    return (
      <ConfirmDialog
        trigger={
          <Button variant="primary">
            <CirclePlay aria-hidden />
            Resume…
          </Button>
        }
        title="Resume agent?"
        object={agent.name}
        confirmLabel="Resume"
        reason="required"
        onConfirm={async ({ reason }) => {
          const result = await activate({ id: agent.id, reason });
          if (result.ok) toast.success(`${agent.name} is active again`);
          return result;
        }}
      >
        It may act again. Approvals that were voided stay voided.
      </ConfirmDialog>
    );
  }
  return null;
}
