import Link from "next/link";
import type { ComponentProps } from "react";
import { type ButtonStyleProps, buttonStyle } from "@/components/ui/button-style";

/** A link that looks like a button, for going somewhere ("Register an agent"). */
export function ButtonLink({ variant, size, className, ...rest }: ComponentProps<typeof Link> & ButtonStyleProps) {
  return <Link {...rest} className={buttonStyle({ variant, size, className })} />;
}
