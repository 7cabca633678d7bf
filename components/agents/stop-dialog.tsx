"use client";

import { OctagonX } from "lucide-react";
import type { z } from "zod";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { toast } from "@/components/ui/toaster";
import type { StopResult, stopInput } from "@/lib/agents/schema";
import type { ServerAction } from "@/lib/http/action";

export type Stop = ServerAction<z.input<typeof stopInput>, StopResult>;

/**
 * Stops every active agent in a scope at once.
 * @param word what is stopped, for the button and the confirmation: "all agents", "your agents"
 */
export function StopDialog({
  stop,
  scope,
  id,
  word,
}: {
  stop: Stop;
  scope: "owner" | "fleet";
  id?: string;
  word: string;
}) {
  return (
    <ConfirmDialog
      trigger={
        <Button>
          <OctagonX aria-hidden />
          Stop {word}…
        </Button>
      }
      title={`Stop ${word}?`}
      object={scope === "fleet" ? "Every active agent of this installation" : "Every active agent you own"}
      confirmLabel={`Stop ${word}`}
      reason="required"
      typeToConfirm="stop"
      onConfirm={async ({ reason }) => {
        const result = await stop({ scope, ...(id ? { id } : {}), reason });
        if (result.ok)
          toast.success(`${result.data.stopped.length} agents stopped`, {
            description: `${result.data.approvalsVoided} open approvals voided.`,
          });
        return result;
      }}
    >
      When this returns, none of them gets another allow. Their open approvals are voided. An administrator resumes them
      one by one.
    </ConfirmDialog>
  );
}
