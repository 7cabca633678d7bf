"use client";

import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { toast } from "@/components/ui/toaster";
import type { ActionResult } from "@/lib/http/action";

export function RevokeToken({
  id,
  name,
  revoke,
}: {
  id: string;
  name: string;
  revoke: (input: { id: string }) => Promise<ActionResult<null>>;
}) {
  return (
    <ConfirmDialog
      trigger={
        <Button variant="ghost" size="sm" aria-label={`Revoke ${name}`}>
          Revoke…
        </Button>
      }
      title="Revoke token?"
      object={name}
      confirmLabel="Revoke"
      onConfirm={async () => {
        const result = await revoke({ id });
        if (result.ok) toast.success(`${name} is revoked`);
        return result;
      }}
    >
      Its next request is refused. It cannot be brought back.
    </ConfirmDialog>
  );
}
