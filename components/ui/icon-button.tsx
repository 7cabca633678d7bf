"use client";

import type { ComponentProps, ReactNode } from "react";
import { type ButtonStyleProps, buttonStyle } from "@/components/ui/button-style";
import { Tooltip } from "@/components/ui/tooltip";

type IconButtonProps = Omit<ComponentProps<"button">, "children" | "aria-label"> &
  ButtonStyleProps & {
    /** The accessible name, shown as a tooltip on hover and focus. */
    label: string;
    icon: ReactNode;
  };

/** A button that shows only an icon. Its name is still readable: in the tooltip and to assistive technology. */
export function IconButton({
  label,
  icon,
  variant = "ghost",
  size = "sm",
  type = "button",
  className,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip content={label} describes={false}>
      <button
        {...rest}
        type={type}
        aria-label={label}
        className={buttonStyle({ variant, size, shape: "icon", className })}
      >
        {icon}
      </button>
    </Tooltip>
  );
}
