"use client";

import { clsx } from "clsx";
import { Check } from "lucide-react";
import Link from "next/link";
import { DropdownMenu as Primitive } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { noteMenu } from "@/components/ui/use-focus-return";

const itemStyle = clsx(
  "flex min-h-8 w-full cursor-default select-none items-center gap-2 rounded-md px-2 text-left outline-none",
  "data-highlighted:bg-surface-hover data-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted",
);

/** A menu of actions on one thing. Items that need a confirm step end in an ellipsis. */
export function DropdownMenu({
  trigger,
  align = "end",
  side = "bottom",
  children,
}: {
  trigger: ReactElement;
  align?: "start" | "center" | "end";
  side?: "top" | "right" | "bottom" | "left";
  children: ReactNode;
}) {
  return (
    <Primitive.Root modal={false}>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          className="enter-fade z-50 min-w-48 max-w-80 rounded-lg border bg-surface-raised p-1 shadow-overlay"
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

type MenuItemProps = { icon?: ReactNode; children: ReactNode; disabled?: boolean };

export function MenuItem({ icon, children, disabled, onSelect }: MenuItemProps & { onSelect: () => void }) {
  return (
    <Primitive.Item
      disabled={disabled}
      onSelect={(event) => {
        noteMenu(event.currentTarget as Element);
        onSelect();
      }}
      className={itemStyle}
    >
      {icon}
      {children}
    </Primitive.Item>
  );
}

export function MenuLink({ icon, children, disabled, href }: MenuItemProps & { href: string }) {
  return (
    <Primitive.Item asChild disabled={disabled}>
      <Link href={href} className={itemStyle}>
        {icon}
        {children}
      </Link>
    </Primitive.Item>
  );
}

/** One of several, with a check mark. */
export function MenuChoice<V extends string>({
  label,
  value,
  options,
  onValueChange,
}: {
  label: string;
  value: V;
  options: readonly { value: V; label: string; icon?: ReactNode }[];
  onValueChange: (value: V) => void;
}) {
  return (
    <Primitive.RadioGroup value={value} onValueChange={(next) => onValueChange(next as V)} aria-label={label}>
      <MenuLabel>{label}</MenuLabel>
      {options.map((option) => (
        <Primitive.RadioItem key={option.value} value={option.value} className={itemStyle}>
          {option.icon}
          <span className="flex-1">{option.label}</span>
          <Primitive.ItemIndicator>
            <Check aria-hidden />
          </Primitive.ItemIndicator>
        </Primitive.RadioItem>
      ))}
    </Primitive.RadioGroup>
  );
}

function MenuLabel({ children }: { children: ReactNode }) {
  return <Primitive.Label className="px-2 py-1 text-muted text-xs">{children}</Primitive.Label>;
}

export function MenuSeparator() {
  return <Primitive.Separator className="-mx-1 my-1 h-px bg-border" />;
}
