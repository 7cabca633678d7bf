"use client";

import { useRouter } from "next/navigation";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { sentence } from "@/components/ui/sentence";
import { toast } from "@/components/ui/toaster";
import type { ActionResult } from "@/lib/http/action";
import type { PublicationRow } from "@/lib/policy/publication-schema";

type Answer = Promise<ActionResult<PublicationRow>>;
export type VerdictActions = {
  approve: (input: { id: string }) => Answer;
  decline: (input: { id: string; reason: string }) => Answer;
  withdraw: (input: { id: string }) => Answer;
};

/**
 * The second person's answer, or the requester's second thought. Neither verdict is chosen beforehand.
 * @param people who may be the second person, by name; `null` when this cannot be said
 */
export function PublicationVerdict({
  publication,
  people,
  actions,
}: {
  publication: PublicationRow;
  people: readonly string[] | null;
  actions: VerdictActions;
}) {
  const router = useRouter();
  const { id, note, approvable, withdrawable } = publication;
  const act = async (answer: Answer, done: (publication: PublicationRow) => void) => {
    const result = await answer;
    if (!result.ok) return result;
    done(result.data);
    router.refresh();
    return { ok: true as const };
  };
  return (
    <div className="flex flex-col gap-3">
      {approvable && !approvable.may && (
        <Banner title="Waiting for a second person">
          {approvable.reason && <p>{sentence(approvable.reason)}</p>}
          {people !== null && (
            <p>
              {people.length > 0
                ? `Who may: ${people.join(", ")}.`
                : "Nobody may at present: invite another administrator, who neither wrote this nor answers for an agent that gains."}
            </p>
          )}
        </Banner>
      )}
      <div className="flex flex-wrap gap-2 empty:hidden">
        {approvable?.may && (
          <>
            <ConfirmDialog
              trigger={<Button variant="primary">Approve and publish…</Button>}
              title="Publish this change?"
              object={note}
              confirmLabel="Approve and publish"
              onConfirm={() =>
                act(actions.approve({ id }), (now) =>
                  now.status === "scheduled"
                    ? toast.success("Approved, and scheduled")
                    : toast.success(`Version ${now.number} is in force`, {
                        description: "The next decision is made under it.",
                      }),
                )
              }
            >
              You are the second person who answers for what it loosens.
            </ConfirmDialog>
            <ConfirmDialog
              trigger={<Button>Decline…</Button>}
              title="Decline this change?"
              object={note}
              confirmLabel="Decline"
              reason="required"
              onConfirm={({ reason }) =>
                act(actions.decline({ id, reason }), () => toast.info("Declined", { description: "Nothing changes." }))
              }
            >
              The policy in force stays as it is. What was written goes back to the draft when there is no other.
            </ConfirmDialog>
          </>
        )}
        {withdrawable && (
          <ConfirmDialog
            trigger={<Button>Withdraw…</Button>}
            title="Withdraw this change?"
            object={note}
            confirmLabel="Withdraw"
            onConfirm={() => act(actions.withdraw({ id }), () => toast.info("Withdrawn"))}
          >
            The policy in force stays as it is. What was written goes back to the draft when there is no other.
          </ConfirmDialog>
        )}
      </div>
    </div>
  );
}
