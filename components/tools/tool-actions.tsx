"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { draftOf, type SaveTool, ToolForm } from "@/components/tools/tool-form";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Dialog } from "@/components/ui/dialog";
import { toast } from "@/components/ui/toaster";
import type { ServerAction } from "@/lib/http/action";
import type { ToolDto } from "@/lib/tools/schema";

type ByName = ServerAction<{ name: string }, unknown>;

/** Edit, block or unblock, remove. */
export function ToolActions({
  tool,
  change,
  block,
  unblock,
  remove,
}: {
  tool: ToolDto;
  change: SaveTool;
  block: ByName;
  unblock: ByName;
  remove: ByName;
}) {
  const [open, setOpen] = useState(false);
  const router = useRouter();
  const blocked = tool.status === "blocked";
  return (
    <>
      <ConfirmDialog
        trigger={<Button variant="ghost">Remove…</Button>}
        title="Remove this tool?"
        object={tool.name}
        confirmLabel="Remove"
        onConfirm={async () => {
          const result = await remove({ name: tool.name });
          if (result.ok) {
            toast.success(`${tool.name} is removed`);
            router.push("/tools");
          }
          return result;
        }}
      >
        It is unknown from then on, so it is refused, and shows up as unsanctioned when an agent asks for it.
      </ConfirmDialog>
      <ConfirmDialog
        trigger={<Button>{blocked ? "Unblock…" : "Block…"}</Button>}
        title={blocked ? "Sanction this tool again?" : "Block this tool?"}
        object={tool.name}
        confirmLabel={blocked ? "Unblock" : "Block"}
        onConfirm={async () => {
          const result = await (blocked ? unblock : block)({ name: tool.name });
          if (result.ok) toast.success(`${tool.name} is ${blocked ? "sanctioned" : "blocked"}`);
          return result;
        }}
      >
        {blocked
          ? "Agents whose mandate names it may ask for it again."
          : "Every request for it is refused from the moment this returns, whatever mandates say."}
      </ConfirmDialog>
      {!blocked && (
        <Dialog
          trigger={<Button variant="primary">Change…</Button>}
          title={`Change ${tool.name}`}
          size="lg"
          open={open}
          onOpenChange={setOpen}
        >
          <ToolForm
            initial={draftOf(tool)}
            verb="Save tool"
            save={change}
            done={() => {
              setOpen(false);
              toast.success("Tool changed", { description: "The policy has a new version." });
            }}
          />
        </Dialog>
      )}
    </>
  );
}
