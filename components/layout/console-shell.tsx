import Link from "next/link";
import type { ReactNode } from "react";
import { CommandPalette, type SearchHit } from "@/components/layout/command-palette";
import { Logo } from "@/components/layout/logo";
import { MobileNavigation } from "@/components/layout/mobile-navigation";
import type { NavGroup } from "@/components/layout/navigation";
import { NavigationList } from "@/components/layout/navigation-list";
import { ShortcutsDialog } from "@/components/layout/shortcuts-dialog";
import type { Theme } from "@/components/layout/theme";
import { ThemeMenu } from "@/components/layout/theme-menu";
import { UserMenu } from "@/components/layout/user-menu";

export type ConsoleShellProps = {
  nav: readonly NavGroup[];
  person: { name: string; email: string; roles: readonly string[] };
  theme: Theme;
  /** A lasting fact about this installation: `<Banner edge tone="evaluation">`. */
  banner?: ReactNode;
  /** Finds agents, decisions, approvals and tools by name or id; a server action. */
  search: (query: string) => Promise<readonly SearchHit[]>;
  /** Ends the session; a server action. */
  signOut: () => Promise<void>;
  children: ReactNode;
};

/** The frame of every signed-in page: navigation, top bar, `<main id="main">`. The page brings its own `h1`. */
export function ConsoleShell({ nav, person, theme, banner, search, signOut, children }: ConsoleShellProps) {
  return (
    <div className="min-h-dvh md:grid md:grid-cols-[13rem_minmax(0,1fr)] print:block">
      <div className="hidden border-r bg-canvas md:block print:hidden">
        <aside className="sticky top-0 flex h-dvh flex-col overflow-y-auto">
          <Link
            href="/"
            className="flex h-12 shrink-0 items-center gap-2 px-4 font-semibold text-base -outline-offset-2"
          >
            <Logo />
            Countersign
          </Link>
          <NavigationList groups={nav} />
        </aside>
      </div>
      <div className="flex min-w-0 flex-col">
        {banner && (
          <section aria-label="Installation" className="print:hidden">
            {banner}
          </section>
        )}
        <header className="sticky top-0 z-20 flex h-12 items-center gap-2 border-b bg-surface px-4 md:px-6 print:hidden">
          <MobileNavigation groups={nav} />
          <CommandPalette groups={nav} search={search} />
          <div className="ml-auto flex items-center gap-1">
            <ShortcutsDialog />
            <ThemeMenu initial={theme} />
            <UserMenu person={person} signOut={signOut} />
          </div>
        </header>
        <main id="main" tabIndex={-1} className="w-full min-w-0 max-w-screen-2xl flex-1 p-4 pb-16 outline-none md:p-6">
          {children}
        </main>
      </div>
    </div>
  );
}
