"use client";

import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { toast } from "@/components/ui/toaster";
import type { ActionResult } from "@/lib/http/action";

export function RemovePasskey({
  id,
  name,
  remove,
}: {
  id: string;
  name: string;
  remove: (input: { id: string }) => Promise<ActionResult<null>>;
}) {
  return (
    <ConfirmDialog
      trigger={
        <Button variant="ghost" size="sm" aria-label={`Remove ${name}`}>
          Remove…
        </Button>
      }
      title="Remove passkey?"
      object={name}
      confirmLabel="Remove"
      onConfirm={async () => {
        const result = await remove({ id });
        if (result.ok) toast.success(`${name} is removed`);
        return result;
      }}
    >
      It signs nothing here any more. What it signed before can still be checked.
    </ConfirmDialog>
  );
}
