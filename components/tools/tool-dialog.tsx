"use client";

import { type ReactElement, useState } from "react";
import { draftOf, type SaveTool, ToolForm } from "@/components/tools/tool-form";
import { Dialog } from "@/components/ui/dialog";
import { Skeleton } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/toaster";
import type { ServerAction } from "@/lib/http/action";
import type { ArgumentRoles } from "@/lib/policy/schema";

export type GuessTool = ServerAction<{ name: string }, { names: string[]; roles: ArgumentRoles } | null>;

/**
 * Sanctions a tool: one that agents asked for, or a new one.
 * @param name   left out for a tool whose name is typed
 * @param guess  proposes argument roles from the latest recorded request, where the person may read it
 */
export function SanctionDialog({
  trigger,
  name,
  save,
  guess,
}: {
  trigger: ReactElement;
  name?: string;
  save: SaveTool;
  guess?: GuessTool;
}) {
  const [open, setOpen] = useState(false);
  const [proposal, setProposal] = useState<{ names: string[]; roles: ArgumentRoles } | null>();
  const show = async (next: boolean) => {
    setOpen(next);
    if (!next) return;
    setProposal(name && guess ? undefined : null);
    if (!name || !guess) return;
    const result = await guess({ name });
    setProposal(result.ok ? result.data : null);
  };
  return (
    <Dialog
      trigger={trigger}
      title={name ? `Sanction ${name}` : "Add a tool"}
      description="From then on agents whose mandate names it may ask for it. Their tier decides what happens."
      size="lg"
      open={open}
      onOpenChange={show}
    >
      {proposal === undefined ? (
        <Skeleton className="h-96 w-full" />
      ) : (
        <ToolForm
          initial={draftOf({ name: name ?? "", ...(proposal ? { argumentRoles: proposal.roles } : {}) })}
          naming={!name}
          {...(proposal ? { names: proposal.names } : {})}
          verb={name ? "Sanction tool" : "Add tool"}
          save={save}
          done={() => {
            setOpen(false);
            toast.success(name ? `${name} is sanctioned` : "Tool added", {
              description: "The policy has a new version.",
            });
          }}
        />
      )}
    </Dialog>
  );
}
