"use client";

import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { toast } from "@/components/ui/toaster";
import type { ActionResult } from "@/lib/http/action";

/** Ends one session of one's own in another browser. */
export function EndSession({
  id,
  browser,
  end,
}: {
  id: string;
  browser: string;
  end: (input: { id: string }) => Promise<ActionResult<null>>;
}) {
  return (
    <ConfirmDialog
      trigger={
        <Button variant="ghost" size="sm">
          Sign out…
        </Button>
      }
      title="Sign out this session?"
      object={browser}
      confirmLabel="Sign out"
      onConfirm={async () => {
        const result = await end({ id });
        if (result.ok) toast.success("The session has ended");
        return result;
      }}
    >
      Its next request is signed out.
    </ConfirmDialog>
  );
}

/** Ends all sessions of one's own but this one. */
export function EndOtherSessions({
  count,
  end,
}: {
  count: number;
  end: (input: Record<string, never>) => Promise<ActionResult<{ ended: number }>>;
}) {
  return (
    <ConfirmDialog
      trigger={<Button size="sm">Sign out everywhere else…</Button>}
      title="Sign out everywhere else?"
      object={`${count} other ${count === 1 ? "session" : "sessions"}`}
      confirmLabel="Sign out"
      onConfirm={async () => {
        const result = await end({});
        if (result.ok)
          toast.success(`${result.data.ended} ${result.data.ended === 1 ? "session has" : "sessions have"} ended`);
        return result;
      }}
    >
      You stay signed in here.
    </ConfirmDialog>
  );
}
