import type { NavGroup, NavItem } from "@/components/layout/navigation";
import { type Actor, can } from "@/lib/auth/actor";
import type { Permission } from "@/lib/auth/permissions";

type Screen = NavItem & { needs: readonly Permission[] };

const work: readonly Screen[] = [
  { href: "/", label: "Overview", icon: "overview", needs: ["overview:read"] },
  { href: "/inbox", label: "Inbox", icon: "inbox", needs: ["approvals:read", "approvals:read:own"] },
  { href: "/agents", label: "Agents", icon: "agents", needs: ["agents:read", "agents:read:own"] },
];

const rules: readonly Screen[] = [
  { href: "/tools", label: "Tools", icon: "tools", needs: ["tools:read"] },
  { href: "/tiers", label: "Tiers", icon: "tiers", needs: ["policy:read"] },
];

const record: readonly Screen[] = [
  { href: "/audit", label: "Audit log", icon: "audit", needs: ["audit:read", "audit:read:own"] },
  { href: "/incidents", label: "Incidents", icon: "incidents", needs: ["incidents:read"] },
];

const installation: readonly Screen[] = [
  { href: "/settings", label: "Settings", icon: "settings", needs: ["overview:read"] },
  { href: "/docs", label: "API", icon: "docs", needs: ["overview:read"] },
];

/** The screens this person may open. @param waiting approval requests they could decide now */
export function navigationFor(actor: Actor, waiting: number): NavGroup[] {
  const open = (screens: readonly Screen[]): NavItem[] =>
    screens
      .filter((screen) => screen.needs.some((permission) => can(actor, permission)))
      .map(({ needs: _, ...item }) =>
        item.href === "/inbox" ? { ...item, count: waiting, countNoun: "waiting for you" } : item,
      );
  return [
    { items: open(work) },
    { label: "Rules", items: open(rules) },
    { label: "Record", items: open(record) },
    { label: "Installation", items: open(installation) },
  ].filter((group) => group.items.length > 0);
}
