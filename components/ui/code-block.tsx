import { clsx } from "clsx";
import type { ReactNode } from "react";
import { CopyButton } from "@/components/ui/copy-button";

type CodeBlockProps = {
  /** What it is, e.g. "curl" or "Canonical arguments". Names the scrolling region. */
  label: string;
  /** What the copy button copies. */
  code: string;
  /** Rendered instead of `code`, when it needs more than plain text. */
  children?: ReactNode;
  wrap?: boolean;
  /** Shows everything, without an inner scroll. */
  full?: boolean;
};

/** A block of code or data with a copy button. */
export function CodeBlock({ label, code, children, wrap, full }: CodeBlockProps) {
  return (
    <figure className="min-w-0 rounded-lg border bg-surface-sunken">
      <figcaption className="flex min-h-8 items-center justify-between gap-2 border-b py-0.5 pr-1 pl-3 text-muted text-xs">
        {label}
        <CopyButton value={code} label={`Copy ${label}`} />
      </figcaption>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for form controls; this is a named group that scrolls */}
      <pre
        role="group"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={label}
        className={clsx(
          "overflow-auto p-3 font-mono text-xs",
          wrap ? "wrap-anywhere whitespace-pre-wrap" : "whitespace-pre",
          !full && "max-h-96 print:max-h-none",
        )}
      >
        <code>{children ?? code}</code>
      </pre>
    </figure>
  );
}
