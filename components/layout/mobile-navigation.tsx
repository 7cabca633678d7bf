"use client";

import { Menu } from "lucide-react";
import { useState } from "react";
import { Logo } from "@/components/layout/logo";
import type { NavGroup } from "@/components/layout/navigation";
import { NavigationList } from "@/components/layout/navigation-list";
import { Drawer } from "@/components/ui/drawer";
import { IconButton } from "@/components/ui/icon-button";

/** The navigation on windows below 768 px, in a drawer. */
export function MobileNavigation({ groups }: { groups: readonly NavGroup[] }) {
  const [open, setOpen] = useState(false);
  const waiting = groups.some((group) => group.items.some((item) => item.count));
  return (
    <div className="relative md:hidden">
      <Drawer
        side="left"
        open={open}
        onOpenChange={setOpen}
        title={
          <span className="flex items-center gap-2 text-base">
            <Logo />
            Countersign
          </span>
        }
        trigger={<IconButton label="Open navigation" icon={<Menu aria-hidden />} size="md" className="-ml-2" />}
      >
        <div className="-mx-2">
          <NavigationList groups={groups} onNavigate={() => setOpen(false)} />
        </div>
      </Drawer>
      {waiting && (
        <span aria-hidden className="pointer-events-none absolute top-1 right-1 size-2 rounded-full bg-accent" />
      )}
    </div>
  );
}
