import { clsx } from "clsx";
import type { ReactNode } from "react";

type PanelProps = {
  title?: ReactNode;
  description?: ReactNode;
  /** Buttons or links at the right of the title. */
  actions?: ReactNode;
  /** 2 below the page title, 3 inside another section. */
  level?: 2 | 3;
  /** Without padding, for a table or a list that reaches the edges. */
  flush?: boolean;
  footer?: ReactNode;
  className?: string;
  children: ReactNode;
};

/** A bordered section of a screen with its heading. */
export function Panel({ title, description, actions, level = 2, flush, footer, className, children }: PanelProps) {
  const Heading = `h${level}` as const;
  return (
    <section className={clsx("flex min-w-0 flex-col rounded-lg border bg-surface", className)}>
      {(title || actions) && (
        <header className="flex min-h-10 flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b px-4 py-1.5">
          <div className="flex min-w-0 flex-wrap items-baseline gap-x-2">
            {title && <Heading className="font-medium">{title}</Heading>}
            {description && <p className="text-muted text-xs">{description}</p>}
          </div>
          {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
        </header>
      )}
      <div className={clsx("min-w-0 flex-1 has-[>figure]:flex has-[>figure]:flex-col", !flush && "p-4")}>
        {children}
      </div>
      {footer && <footer className="border-t px-4 py-2 text-muted text-xs">{footer}</footer>}
    </section>
  );
}
