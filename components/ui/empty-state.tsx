import { CircleX, Inbox, SearchX } from "lucide-react";
import type { ReactNode } from "react";
import { ButtonLink } from "@/components/ui/button-link";
import { CopyButton } from "@/components/ui/copy-button";
import { RetryButton } from "@/components/ui/retry-button";

type EmptyStateProps =
  | {
      /** Nothing exists yet: say what it would be, and offer the next action. */
      kind: "nothing";
      title: string;
      children?: ReactNode;
      action?: ReactNode;
      icon?: ReactNode;
    }
  | {
      /** Things exist, but none matches the filters. */
      kind: "no-match";
      /** What was looked for, plural: "decisions". */
      noun: string;
      /** This list without its filters. */
      clearHref: string;
    }
  | {
      /** It could not be loaded. */
      kind: "failed";
      title?: string;
      children?: ReactNode;
      requestId?: string;
      /** Reloads the page's data unless told otherwise. */
      retry?: () => void;
    };

/** Where a list would be, when there is none: nothing yet, nothing found, or not loaded. */
export function EmptyState(props: EmptyStateProps) {
  switch (props.kind) {
    case "nothing":
      return (
        <Frame icon={props.icon ?? <Inbox aria-hidden />} title={props.title} action={props.action}>
          {props.children}
        </Frame>
      );
    case "no-match":
      return (
        <Frame
          icon={<SearchX aria-hidden />}
          title={`No ${props.noun} match these filters`}
          action={<ButtonLink href={props.clearHref}>Clear filters</ButtonLink>}
        />
      );
    case "failed":
      return (
        <Frame
          alert
          icon={<CircleX aria-hidden className="text-status-deny" />}
          title={props.title ?? "This could not be loaded"}
          action={<RetryButton retry={props.retry} />}
        >
          {props.children ?? "Nothing was changed. Try again; if it stays like this, tell your administrator."}
          {props.requestId && (
            <span className="mt-1 flex items-center justify-center gap-1 text-xs">
              Request id <code className="font-mono">{props.requestId}</code>
              <CopyButton value={props.requestId} label="Copy request id" />
            </span>
          )}
        </Frame>
      );
  }
}

function Frame({
  icon,
  title,
  action,
  alert,
  children,
}: {
  icon: ReactNode;
  title: string;
  action?: ReactNode;
  alert?: boolean;
  children?: ReactNode;
}) {
  return (
    <div
      role={alert ? "alert" : undefined}
      className="flex flex-col items-center justify-center gap-3 px-4 py-12 text-center"
    >
      <span className="text-muted [&_svg]:size-6">{icon}</span>
      <div className="flex max-w-md flex-col gap-1">
        <p className="font-medium text-base">{title}</p>
        {children && <div className="text-muted">{children}</div>}
      </div>
      {action}
    </div>
  );
}
