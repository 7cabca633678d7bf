"use client";

import type { ComponentProps } from "react";
import { useFormStatus } from "react-dom";
import { type ButtonStyleProps, buttonStyle } from "@/components/ui/button-style";

export type ButtonProps = ComponentProps<"button"> &
  ButtonStyleProps & {
    /** The action is running: the label stays, a second press does nothing, focus is kept. */
    busy?: boolean;
  };

/** A button. Inside a form, a `type="submit"` button is busy by itself while the action runs. */
export function Button({
  variant,
  size,
  busy = false,
  type = "button",
  className,
  onClick,
  children,
  ...rest
}: ButtonProps) {
  const { pending } = useFormStatus();
  const running = busy || (type === "submit" && pending);
  return (
    <button
      {...rest}
      type={type}
      aria-busy={running || undefined}
      aria-disabled={running || rest["aria-disabled"]}
      onClick={(event) => (running ? event.preventDefault() : onClick?.(event))}
      className={buttonStyle({ variant, size, className: [running && "motion-safe:animate-pulse", className] })}
    >
      {children}
    </button>
  );
}
