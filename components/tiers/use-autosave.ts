"use client";

import { type Dispatch, useCallback, useEffect, useRef, useState } from "react";
import type { DraftContent } from "@/components/tiers/cells";
import type { DraftAction } from "@/components/tiers/draft-state";
import { type Side, withChoices } from "@/components/tiers/merge-choices";
import { announce } from "@/components/ui/live-region";
import { toast } from "@/components/ui/toaster";
import type { ActionResult } from "@/lib/http/action";
import { sameValue } from "@/lib/policy/cells";
import { type MergeConflict, mergeDrafts } from "@/lib/policy/merge-drafts";

/** The draft as the server has it. */
export type SavedDraft = {
  baseVersion: number;
  revision: number;
  content: DraftContent;
  updatedBy: string | null;
  updatedAt: string | null;
};

export type DraftActions = {
  save: (input: { revision: number; content: DraftContent; baseVersion?: number }) => Promise<ActionResult<SavedDraft>>;
  load: (input: Record<never, never>) => Promise<ActionResult<SavedDraft>>;
};

export type SaveStatus =
  | { kind: "saved"; at: string | null }
  | { kind: "unsaved" | "saving" | "conflict" }
  | { kind: "failed"; why: string };

/** What another person saved meanwhile and cannot be merged without a choice. */
export type DraftConflict = { theirs: SavedDraft; merged: DraftContent; conflicts: readonly MergeConflict[] };

const pauseMs = 800;
const retryMs = 5000;
const lookMs = 15_000;

/**
 * Saves the draft shortly after it last changed. What another person saved meanwhile is merged by cell; where both changed the same cell differently,
 * saving waits until somebody chose, and nothing is ever written over.
 */
export function useAutosave(
  content: DraftContent,
  start: SavedDraft,
  actions: DraftActions,
  dispatch: Dispatch<DraftAction>,
) {
  const [known, setKnown] = useState(start);
  const [status, setStatus] = useState<SaveStatus>({ kind: "saved", at: start.updatedAt });
  const [conflict, setConflict] = useState<DraftConflict | null>(null);
  // What runs later has to see the newest of these, not those it was made with.
  const now = useRef({ content, known: start, busy: false, conflict: false });
  now.current.content = content;

  const agree = useCallback((saved: SavedDraft) => {
    now.current.known = saved;
    setKnown(saved);
  }, []);

  const meet = useCallback(
    (theirs: SavedDraft) => {
      const mine = now.current.content;
      const { merged, conflicts } = mergeDrafts(now.current.known.content, mine, theirs.content);
      agree(theirs);
      if (conflicts.length > 0) {
        now.current.conflict = true;
        setConflict({ theirs, merged, conflicts });
        setStatus({ kind: "conflict" });
        return;
      }
      if (!sameValue(merged, mine)) {
        now.current.content = merged;
        dispatch({ type: "rebase", content: merged });
        toast.info(`${theirs.updatedBy ?? "Another person"} changed the draft too`, {
          description: "Both changes are in it now.",
        });
      }
      setStatus(sameValue(merged, theirs.content) ? { kind: "saved", at: theirs.updatedAt } : { kind: "unsaved" });
    },
    [agree, dispatch],
  );

  /** @returns whether everything is saved now */
  const flush = useCallback(async (): Promise<boolean> => {
    for (let attempt = 0; attempt < 5; attempt++) {
      const { content: sent, known: before, busy } = now.current;
      if (busy || now.current.conflict) return false;
      if (sameValue(sent, before.content)) return true;
      now.current.busy = true;
      setStatus({ kind: "saving" });
      try {
        const result = await actions.save({ revision: before.revision, content: sent });
        if (result.ok) {
          agree({ ...result.data, content: sent });
          setStatus({ kind: "saved", at: result.data.updatedAt });
          continue;
        }
        if (result.error.code !== "conflict") {
          setStatus({ kind: "failed", why: result.error.detail });
          return false;
        }
        // The refusal brings the draft as it is now.
        const { draft: theirs } = result.error.details as { draft: SavedDraft };
        meet(theirs);
      } catch {
        setStatus({ kind: "failed", why: "the server does not answer" });
        return false;
      } finally {
        now.current.busy = false;
      }
    }
    return sameValue(now.current.content, now.current.known.content);
  }, [actions, agree, meet]);

  const dirty = content !== known.content && !sameValue(content, known.content);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every further change begins the pause anew
  useEffect(() => {
    if (!dirty || conflict) return;
    setStatus((was) => (was.kind === "saving" ? was : { kind: "unsaved" }));
    const timer = setTimeout(() => void flush(), pauseMs);
    return () => clearTimeout(timer);
  }, [content, dirty, conflict, flush]);

  useEffect(() => {
    if (status.kind !== "failed") return;
    const timer = setTimeout(() => void flush(), retryMs);
    return () => clearTimeout(timer);
  }, [status, flush]);

  // Another person's changes arrive without one's own: looked for now and then, and when the window is returned to.
  useEffect(() => {
    const look = async () => {
      if (document.hidden || now.current.busy || now.current.conflict) return;
      const theirs = await actions.load({}).catch(() => null);
      if (!theirs?.ok || now.current.busy || now.current.conflict) return;
      if (theirs.data.revision !== now.current.known.revision) meet(theirs.data);
    };
    const timer = setInterval(look, lookMs);
    addEventListener("focus", look);
    return () => {
      clearInterval(timer);
      removeEventListener("focus", look);
    };
  }, [actions, meet]);

  useEffect(() => {
    if (!dirty) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [dirty]);

  const settle = useCallback(
    (choices: Readonly<Record<string, Side>>) => {
      if (!conflict) return;
      const merged = withChoices(conflict.merged, conflict.conflicts, choices);
      now.current.conflict = false;
      now.current.content = merged;
      setConflict(null);
      setStatus({ kind: "unsaved" });
      dispatch({ type: "rebase", content: merged });
      announce("Conflicts settled");
    },
    [conflict, dispatch],
  );

  /** @returns the draft as the server has it once everything is saved, or nothing when it is not */
  const saved = useCallback(async () => ((await flush()) ? now.current.known : undefined), [flush]);

  return { status, known, conflict, flush, saved, settle, agree };
}
