import { clsx } from "clsx";
import { CircleX, FlaskConical, Info, type LucideIcon, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

type BannerTone = "info" | "warning" | "deny" | "evaluation";

const tones: Record<BannerTone, { icon: LucideIcon; className: string; word: string }> = {
  info: { icon: Info, className: "bg-status-info-soft text-status-info", word: "Note" },
  warning: { icon: TriangleAlert, className: "bg-status-warning-soft text-status-warning", word: "Warning" },
  deny: { icon: CircleX, className: "bg-status-deny-soft text-status-deny", word: "Problem" },
  evaluation: { icon: FlaskConical, className: "bg-surface-sunken text-muted", word: "Evaluation mode" },
};

/** A lasting fact about this page or this installation. For the result of an action use a toast. */
export function Banner({
  tone = "info",
  title,
  action,
  edge,
  children,
}: {
  tone?: BannerTone;
  title?: ReactNode;
  action?: ReactNode;
  /** Spans the window without a frame; for the shell. */
  edge?: boolean;
  children?: ReactNode;
}) {
  const { icon: Icon, className, word } = tones[tone];
  return (
    <div
      role={tone === "deny" ? "alert" : "note"}
      className={clsx("flex gap-2 px-3 py-2", edge ? "border-b py-1" : "rounded-lg", className)}
    >
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1">
        <span className={title ? "font-medium" : "sr-only"}>{title ?? `${word}: `}</span>
        {children && (
          <div className={edge ? "inline" : "text-text"}>
            {title && edge ? " " : ""}
            {children}
          </div>
        )}
      </div>
      {action && <div className="shrink-0">{action}</div>}
    </div>
  );
}
