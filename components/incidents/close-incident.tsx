"use client";

import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { InertText } from "@/components/ui/inert-text";
import { toast } from "@/components/ui/toaster";
import type { ActionResult } from "@/lib/http/action";

type CloseIncidentProps = {
  id: string;
  title: string;
  close: (input: { id: string; comment: string }) => Promise<ActionResult<{ id: string }>>;
};

/** Closing asks what was found and done; the answer stays with the incident and in the log. */
export function CloseIncident({ id, title, close }: CloseIncidentProps) {
  return (
    <ConfirmDialog
      trigger={<Button>Close incident…</Button>}
      title="Close incident?"
      object={<InertText text={title} />}
      confirmLabel="Close incident"
      reason="required"
      onConfirm={async ({ reason }) => {
        const result = await close({ id, comment: reason });
        if (result.ok) toast.success("Incident closed");
        return result;
      }}
    >
      Say what was found and done. A closed incident is not opened again; an agent that it suspended stays suspended.
    </ConfirmDialog>
  );
}
