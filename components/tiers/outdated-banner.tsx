"use client";

import { useRouter } from "next/navigation";
import { type Dispatch, useState, useTransition } from "react";
import type { DraftContent } from "@/components/tiers/cells";
import { ConflictDialog } from "@/components/tiers/conflict-dialog";
import type { DraftAction } from "@/components/tiers/draft-state";
import { withChoices } from "@/components/tiers/merge-choices";
import type { DraftActions, SavedDraft } from "@/components/tiers/use-autosave";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { toast } from "@/components/ui/toaster";
import type { Problem } from "@/lib/errors";
import { type MergedDraft, mergeDrafts } from "@/lib/policy/merge-drafts";

export type VersionInForce = { number: number; content: DraftContent };

/** The rules in force changed since the draft began. Merges the two, cell by cell, so that publishing the draft takes nothing back that nobody looked at. */
export function OutdatedBanner({
  base,
  inForce,
  content,
  flush,
  save,
  agree,
  dispatch,
}: {
  base: DraftContent;
  inForce: VersionInForce;
  content: DraftContent;
  /** Saves what is not saved yet. @returns the draft as the server has it, or nothing when it could not be saved */
  flush: () => Promise<SavedDraft | undefined>;
  save: DraftActions["save"];
  agree: (saved: SavedDraft) => void;
  dispatch: Dispatch<DraftAction>;
}) {
  const router = useRouter();
  const [open, setOpen] = useState<MergedDraft>();
  const [problem, setProblem] = useState<Problem>();
  const [busy, run] = useTransition();
  const finish = (merged: DraftContent) =>
    run(async () => {
      const saved = await flush();
      if (!saved) return;
      const result = await save({ revision: saved.revision, content: merged, baseVersion: inForce.number });
      setProblem(result.ok ? undefined : result.error);
      if (!result.ok) return;
      agree({ ...result.data, content: merged });
      dispatch({ type: "rebase", content: merged });
      toast.success(`The draft is a change of version ${inForce.number} now`);
      router.refresh();
    });
  const merge = () => {
    const found = mergeDrafts(base, content, inForce.content);
    if (found.conflicts.length > 0) setOpen(found);
    else finish(found.merged);
  };
  return (
    <>
      <Banner
        tone="warning"
        title={`Version ${inForce.number} was published since this draft began`}
        action={
          <Button busy={busy} onClick={merge}>
            Bring the draft up to date
          </Button>
        }
      >
        The draft keeps its changes; what the new version says elsewhere is taken over.
      </Banner>
      <ProblemBanner problem={problem} />
      {open && (
        <ConflictDialog
          name={`Version ${inForce.number}`}
          conflicts={open.conflicts}
          cancel={() => setOpen(undefined)}
          settle={(choices) => {
            setOpen(undefined);
            finish(withChoices(open.merged, open.conflicts, choices));
          }}
        />
      )}
    </>
  );
}
