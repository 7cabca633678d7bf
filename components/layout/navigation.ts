import {
  Bot,
  ChartColumn,
  FileText,
  HardDrive,
  Inbox,
  Layers,
  LayoutDashboard,
  type LucideIcon,
  Scale,
  ScrollText,
  Settings,
  Siren,
  Stamp,
  Users,
  Wrench,
} from "lucide-react";

/** Icons of the navigation by name, because a server component cannot hand a component to the browser. */
export const navIcons = {
  overview: LayoutDashboard,
  inbox: Inbox,
  agents: Bot,
  tools: Wrench,
  tiers: Layers,
  audit: ScrollText,
  incidents: Siren,
  compliance: Scale,
  reports: ChartColumn,
  contracts: Stamp,
  data: HardDrive,
  people: Users,
  docs: FileText,
  settings: Settings,
} as const satisfies Record<string, LucideIcon>;

export type NavItem = {
  href: string;
  label: string;
  icon: keyof typeof navIcons;
  /** Things that wait there; 0 or absent shows nothing. */
  count?: number;
  /** What the count counts, for assistive technology: "waiting". */
  countNoun?: string;
};

/** Already filtered to what this person may see. */
export type NavGroup = { label?: string; items: readonly NavItem[] };

/** The item a path belongs to: the longest `href` that is the path or a parent of it. `/` matches only itself. */
export function activeItem(groups: readonly NavGroup[], pathname: string): NavItem | undefined {
  return groups
    .flatMap((group) => group.items)
    .filter((item) => pathname === item.href || (item.href !== "/" && pathname.startsWith(`${item.href}/`)))
    .reduce<NavItem | undefined>(
      (best, item) => (best && best.href.length >= item.href.length ? best : item),
      undefined,
    );
}
