"use client";

import type { WithReason } from "@/components/agents/agent-controls";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Panel } from "@/components/ui/panel";
import { toast } from "@/components/ui/toaster";

/** The end of an agent. */
export function Retire({ agent, retire }: { agent: { id: string; name: string }; retire: WithReason }) {
  return (
    <Panel title="Retire">
      <div className="flex flex-col items-start gap-3">
        <p>
          A retired agent never acts again. Its keys are revoked and its open approvals voided. What it did stays in the
          log.
        </p>
        <ConfirmDialog
          trigger={<Button variant="danger">Retire agent…</Button>}
          title="Retire agent for good?"
          object={agent.name}
          confirmLabel="Retire for good"
          reason="required"
          typeToConfirm={agent.name}
          onConfirm={async ({ reason }) => {
            const result = await retire({ id: agent.id, reason });
            if (result.ok) toast.success(`${agent.name} is retired`);
            return result;
          }}
        >
          This cannot be undone.
        </ConfirmDialog>
      </div>
    </Panel>
  );
}
