import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { ConsoleShell } from "@/components/layout/console-shell";
import { parseTheme, themeCookie } from "@/components/layout/theme";
import { Banner } from "@/components/ui/banner";
import { countWaiting } from "@/lib/approvals/queries";
import { requireActor } from "@/lib/auth/session";
import { roleLabel } from "@/lib/auth/words";
import { env } from "@/lib/env";
import { find, signOut } from "./actions";
import { navigationFor } from "./navigation";

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const actor = await requireActor();
  const [theme, waiting] = await Promise.all([
    cookies().then((all) => parseTheme(all.get(themeCookie)?.value)),
    countWaiting(actor),
  ]);
  const evaluation = env().mode === "evaluation" && (
    <Banner edge tone="evaluation" title="Evaluation mode.">
      Sample data in an embedded database, reachable from this computer only.
    </Banner>
  );
  return (
    <ConsoleShell
      nav={navigationFor(actor, waiting.forMe)}
      person={{ name: actor.name, email: actor.email, roles: actor.roles.map(roleLabel) }}
      theme={theme}
      banner={evaluation}
      search={find}
      signOut={signOut}
    >
      {children}
    </ConsoleShell>
  );
}
