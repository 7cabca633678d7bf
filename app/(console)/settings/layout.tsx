import type { ReactNode } from "react";
import { TabLinks } from "@/components/ui/tab-links";
import { can } from "@/lib/auth/actor";
import { requireActor } from "@/lib/auth/session";

export default async function SettingsLayout({ children }: { children: ReactNode }) {
  const actor = await requireActor("overview:read");
  const tabs = [
    { href: "/settings/account", label: "Your account" },
    { href: "/settings/passkeys", label: "Passkeys" },
    ...(can(actor, "people:read")
      ? [
          { href: "/settings/people", label: "People" },
          { href: "/settings/groups", label: "Groups" },
        ]
      : []),
    ...(can(actor, "tokens:write:own") ? [{ href: "/settings/tokens", label: "API tokens" }] : []),
  ];
  return (
    <div className="flex flex-col gap-4">
      <TabLinks label="Settings" items={tabs} />
      {children}
    </div>
  );
}
