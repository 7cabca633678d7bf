import { CommentForm } from "@/components/approvals/comment-form";
import { Person } from "@/components/ui/avatar";
import { InertText } from "@/components/ui/inert-text";
import { Panel } from "@/components/ui/panel";
import { Time } from "@/components/ui/time";
import type { ApprovalThread, CommentInput } from "@/lib/approvals/schema";
import type { Problem } from "@/lib/errors";

type CommentThreadProps = {
  id: string;
  thread: ApprovalThread;
  now: string;
  addComment: (input: { id: string; comment: CommentInput }) => Promise<{ ok: true } | { ok: false; error: Problem }>;
};

/** Questions of those who decide and answers of those who own the agent. Deciding is elsewhere. */
export function CommentThread({ id, thread, now, addComment }: CommentThreadProps) {
  const { items, mySide } = thread;
  if (items.length === 0 && mySide === null) return null;
  return (
    <Panel title="Questions" description="Kept with the request; they decide nothing">
      <div className="flex flex-col gap-4">
        {items.length > 0 && (
          <ul className="flex flex-col gap-3">
            {items.map((comment) => (
              <li key={comment.id} className="flex flex-col gap-1">
                <span className="flex flex-wrap items-center gap-2">
                  <Person name={comment.person.name} />
                  <span className="text-muted">
                    {comment.side === "owner" ? "for the agent" : "deciding"} · <Time value={comment.at} now={now} />
                  </span>
                </span>
                <p className="wrap-anywhere border-l-2 pl-2">
                  <InertText text={comment.text} lines />
                </p>
              </li>
            ))}
          </ul>
        )}
        {mySide && <CommentForm id={id} side={mySide} addComment={addComment} />}
      </div>
    </Panel>
  );
}
