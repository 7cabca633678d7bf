import {
  Archive,
  Ban,
  Banknote,
  CircleCheck,
  CircleDashed,
  CircleDot,
  CirclePause,
  CircleX,
  Clock,
  Eye,
  FlaskConical,
  Hourglass,
  type LucideIcon,
  Pencil,
  RefreshCw,
  Send,
  ShieldAlert,
  ShieldCheck,
  ShieldQuestionMark,
  ShieldX,
  Stamp,
  Terminal,
  Trash2,
  TriangleAlert,
  Undo2,
  UserRoundCheck,
} from "lucide-react";
import { Badge, type BadgeTone } from "@/components/ui/badge";

type Status = { word: string; icon: LucideIcon; tone: BadgeTone };

/** Every status of the product: icon, word and color together, so that none stands for color alone. */
const statuses = {
  outcome: {
    allow: { word: "Allowed", icon: CircleCheck, tone: "allow" },
    deny: { word: "Denied", icon: Ban, tone: "deny" },
    approval_required: { word: "Approval required", icon: UserRoundCheck, tone: "pending" },
  },
  agent: {
    draft: { word: "Draft", icon: CircleDashed, tone: "neutral" },
    active: { word: "Active", icon: CircleCheck, tone: "allow" },
    suspended: { word: "Suspended", icon: CirclePause, tone: "warning" },
    retired: { word: "Retired", icon: Archive, tone: "neutral" },
  },
  approval: {
    pending: { word: "Pending", icon: Hourglass, tone: "pending" },
    approved: { word: "Approved", icon: CircleCheck, tone: "allow" },
    denied: { word: "Denied", icon: CircleX, tone: "deny" },
    expired: { word: "Expired", icon: Clock, tone: "neutral" },
    consumed: { word: "Redeemed", icon: Stamp, tone: "info" },
    voided: { word: "Voided", icon: Undo2, tone: "warning" },
    revoked: { word: "Revoked", icon: Undo2, tone: "warning" },
    canceled: { word: "Canceled", icon: CircleX, tone: "neutral" },
  },
  tool: {
    sanctioned: { word: "Sanctioned", icon: ShieldCheck, tone: "allow" },
    unsanctioned: { word: "Unsanctioned", icon: ShieldQuestionMark, tone: "warning" },
    blocked: { word: "Blocked", icon: ShieldX, tone: "deny" },
    changed: { word: "Changed", icon: RefreshCw, tone: "warning" },
  },
  credential: {
    active: { word: "Active", icon: CircleCheck, tone: "allow" },
    rotating: { word: "Rotating", icon: RefreshCw, tone: "info" },
    expiring: { word: "Expires soon", icon: TriangleAlert, tone: "warning" },
    expired: { word: "Expired", icon: Clock, tone: "neutral" },
    revoked: { word: "Revoked", icon: Ban, tone: "deny" },
  },
  incident: {
    open: { word: "Open", icon: CircleDot, tone: "deny" },
    acknowledged: { word: "Acknowledged", icon: Eye, tone: "warning" },
    resolved: { word: "Resolved", icon: CircleCheck, tone: "allow" },
  },
  severity: {
    low: { word: "Low", icon: CircleDot, tone: "neutral" },
    medium: { word: "Medium", icon: TriangleAlert, tone: "warning" },
    high: { word: "High", icon: ShieldAlert, tone: "deny" },
    critical: { word: "Critical", icon: ShieldX, tone: "deny" },
  },
  result: {
    succeeded: { word: "Succeeded", icon: CircleCheck, tone: "allow" },
    failed: { word: "Failed", icon: CircleX, tone: "deny" },
    skipped: { word: "Skipped", icon: CircleDashed, tone: "neutral" },
    unknown: { word: "Unknown", icon: ShieldQuestionMark, tone: "warning" },
  },
  mode: {
    enforce: { word: "Enforced", icon: ShieldCheck, tone: "neutral" },
    shadow: { word: "Shadow", icon: FlaskConical, tone: "info" },
  },
  account: {
    active: { word: "Active", icon: CircleCheck, tone: "allow" },
    inactive: { word: "Deactivated", icon: CirclePause, tone: "neutral" },
  },
  proof: {
    verified: { word: "Verified", icon: ShieldCheck, tone: "allow" },
    failed: { word: "Does not verify", icon: ShieldX, tone: "deny" },
    unchecked: { word: "Not checked", icon: ShieldQuestionMark, tone: "neutral" },
  },
} as const satisfies Record<string, Record<string, Status>>;

type Statuses = typeof statuses;
export type StatusKind = keyof Statuses;
export type StatusValue<K extends StatusKind> = keyof Statuses[K] & string;

/**
 * The status of a thing.
 * @param word  replaces the standard word when the screen needs a more exact one ("1 of 2 approved")
 */
export function StatusBadge<K extends StatusKind>({
  kind,
  value,
  word,
}: {
  kind: K;
  value: StatusValue<K>;
  word?: string;
}) {
  const status = statuses[kind][value] as Status;
  return (
    <Badge tone={status.tone} icon={<status.icon aria-hidden />}>
      {word ?? status.word}
    </Badge>
  );
}

/** The standard word of a status, for selects, charts and sentences. */
export function statusWord<K extends StatusKind>(kind: K, value: StatusValue<K>): string {
  return (statuses[kind][value] as Status).word;
}

const effects = {
  read: { word: "Read", icon: Eye },
  write: { word: "Write", icon: Pencil },
  external: { word: "External", icon: Send },
  financial: { word: "Financial", icon: Banknote },
  destructive: { word: "Destructive", icon: Trash2 },
  code: { word: "Code", icon: Terminal },
  admin: { word: "Admin", icon: ShieldAlert },
} as const satisfies Record<string, { word: string; icon: LucideIcon }>;

/** The word of an effect class, for dense rows and sentences. */
export function effectWord(effect: keyof typeof effects): string {
  return effects[effect].word;
}

/** The effect class of a tool. Not a status, so it has no status color. */
export function EffectBadge({ effect }: { effect: keyof typeof effects }) {
  const { word, icon: Icon } = effects[effect];
  return <Badge icon={<Icon aria-hidden />}>{word}</Badge>;
}
