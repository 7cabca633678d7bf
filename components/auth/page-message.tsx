import type { ReactNode } from "react";
import { Logo } from "@/components/layout/logo";
import { ButtonLink } from "@/components/ui/button-link";

/** A page that is only a message: refused, or not there. Stands alone or inside the shell. */
export function PageMessage({ code, title, children }: { code: string; title: string; children: ReactNode }) {
  return (
    <div className="flex min-h-96 flex-col items-center justify-center gap-4 px-4 py-16 text-center">
      <Logo className="size-8" />
      <div className="flex max-w-md flex-col gap-1">
        <p className="tabular text-muted">{code}</p>
        <h1 className="font-semibold text-xl">{title}</h1>
        <p className="text-muted">{children}</p>
      </div>
      <ButtonLink href="/">Go to the overview</ButtonLink>
    </div>
  );
}
