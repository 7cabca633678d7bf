import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps, ReactNode } from "react";

const badgeStyle = cva(
  "inline-flex h-5 max-w-full align-middle items-center gap-1 rounded-md border px-1.5 font-medium text-xs whitespace-nowrap [&_svg]:size-3.5 [&_svg]:shrink-0",
  {
    variants: {
      tone: {
        plain: "border-border bg-surface text-muted",
        neutral: "border-transparent bg-status-neutral-soft text-status-neutral",
        allow: "border-transparent bg-status-allow-soft text-status-allow",
        deny: "border-transparent bg-status-deny-soft text-status-deny",
        pending: "border-transparent bg-status-pending-soft text-status-pending",
        warning: "border-transparent bg-status-warning-soft text-status-warning",
        info: "border-transparent bg-status-info-soft text-status-info",
      },
    },
    defaultVariants: { tone: "plain" },
  },
);

export type BadgeTone = NonNullable<VariantProps<typeof badgeStyle>["tone"]>;

/** A short word about a thing. For a status use `StatusBadge`, which fixes its icon, word and color together. */
export function Badge({
  tone,
  icon,
  className,
  children,
  ...rest
}: ComponentProps<"span"> & { tone?: BadgeTone; icon?: ReactNode }) {
  return (
    <span {...rest} className={badgeStyle({ tone, className })}>
      {icon}
      <span className="truncate">{children}</span>
    </span>
  );
}
