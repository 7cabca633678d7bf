// What people read about roles, permissions and sign-in, in one place.
import type { Permission, Role } from "./permissions";

export const roleWords: Record<Role, { label: string; hint: string }> = {
  admin: { label: "Admin", hint: "People, tools, policy and every agent. Does not vote and does not read arguments." },
  owner: { label: "Owner", hint: "Registers agents and answers for them. Sees and changes only their own." },
  approver: { label: "Approver", hint: "Votes on the requests of their groups." },
  compliance: {
    label: "Compliance",
    hint: "Reads everything, closes incidents, approves changes of policy, can stop agents.",
  },
  auditor: { label: "Auditor", hint: "Reads everything, changes nothing." },
  viewer: { label: "Viewer", hint: "Sees agents, tools and policy." },
};

/** The word for a role; an unknown one stands for itself. */
export function roleLabel(role: string): string {
  return roleWords[role as Role]?.label ?? role;
}

export const permissionWords: Record<Permission, string> = {
  "overview:read": "Read the overview",
  "agents:read": "Read all agents",
  "agents:read:own": "Read your own agents",
  "agents:write": "Register and change any agent",
  "agents:write:own": "Register and change your own agents",
  "credentials:write": "Issue and revoke credentials of any agent",
  "credentials:write:own": "Issue and revoke credentials of your own agents",
  "tools:read": "Read the tool catalogue",
  "tools:write": "Change the tool catalogue",
  "policy:read": "Read policy",
  "policy:write": "Draft policy",
  "policy:publish": "Publish policy",
  "approvals:read": "Read all approval requests",
  "approvals:read:own": "Read approval requests that concern you",
  "approvals:vote": "Vote on approval requests",
  "audit:read": "Read the whole log",
  "audit:read:own": "Read the log of your own agents",
  "payload:read": "Read arguments and reasoning",
  "payload:read:own": "Read arguments and reasoning of your own agents",
  "incidents:read": "Read incidents",
  "incidents:write": "Close incidents",
  "people:read": "Read people and groups",
  "people:write": "Invite, change and deactivate people",
  "groups:write": "Change groups",
  "tokens:write:own": "Make and revoke your own API tokens",
  "stop:engage": "Stop any agent",
  "stop:engage:own": "Stop your own agents",
  "settings:write": "Change settings",
};

/** One line about a sample person: roles, groups, and what they own. */
export function samplePersonDetail(person: {
  roles: readonly string[];
  groups: readonly string[];
  agents: number;
}): string {
  const parts = [person.roles.map(roleLabel).join(", ")];
  if (person.groups.length > 0) parts.push(`in ${person.groups.join(", ")}`);
  if (person.agents > 0) parts.push(`owns ${person.agents} ${person.agents === 1 ? "agent" : "agents"}`);
  return parts.join(" · ");
}

/** What the sign-in page says about an `error` in its address; null when there is none. Unknown codes are never repeated. */
export function signInErrorText(code: unknown): string | null {
  if (code === undefined || code === null || code === "") return null;
  switch (code) {
    case "not_invited":
    case "AccessDenied":
      return "This identity does not belong to anybody here. Ask an administrator for an invitation and open its link first.";
    case "too_many_requests":
      return "Too many failed attempts. Wait a quarter of an hour.";
    default:
      return "Signing in did not work. Nothing was changed. Try again.";
  }
}

/** A browser by its user agent, roughly: enough to recognize one's own. */
export function browserName(userAgent: string | null): string {
  const text = userAgent ?? "";
  const browser = [
    ["Edg/", "Edge"],
    ["Firefox/", "Firefox"],
    ["Chrome/", "Chrome"],
    ["Safari/", "Safari"],
  ].find(([sign]) => text.includes(sign as string))?.[1];
  const system = [
    ["iPhone", "iPhone"],
    ["iPad", "iPad"],
    ["Android", "Android"],
    ["Windows", "Windows"],
    ["Mac OS X", "macOS"],
    ["Linux", "Linux"],
  ].find(([sign]) => text.includes(sign as string))?.[1];
  return [browser ?? "A browser", system].filter(Boolean).join(" on ");
}
