import "server-only";

import type { SearchHit } from "@/components/layout/command-palette";
import { listAgents } from "@/lib/agents/queries";
import { agentFilter } from "@/lib/agents/schema";
import { type Actor, can } from "@/lib/auth/actor";
import { listPeople } from "@/lib/auth/queries";
import { peopleQuery } from "@/lib/auth/schema";
import { parseEntryId } from "@/lib/ids";
import { listTools } from "@/lib/tools/queries";
import { toolFilter } from "@/lib/tools/schema";

/** What the command palette finds by name or id. Each list is read as the person who asks, so nothing shows that they could not open. */
export async function searchFor(actor: Actor, query: string): Promise<SearchHit[]> {
  const found = await Promise.all([
    byId(actor, query),
    agents(actor, query),
    tools(actor, query),
    people(actor, query),
  ]);
  return found.flat();
}

const limit = 6;

/** An id leads straight to its page, which says whether it exists. */
async function byId(actor: Actor, query: string): Promise<SearchHit[]> {
  const entry = parseEntryId(query);
  if (entry?.prefix === "apr" && (can(actor, "approvals:read") || can(actor, "approvals:read:own")))
    return [{ href: `/inbox/${query}`, label: query, group: "Approvals" }];
  if (entry && entry.prefix !== "apr" && (can(actor, "audit:read") || can(actor, "audit:read:own")))
    return [{ href: `/audit/${query}`, label: query, group: "Entries" }];
  return [];
}

async function agents(actor: Actor, query: string): Promise<SearchHit[]> {
  if (!can(actor, "agents:read") && !can(actor, "agents:read:own")) return [];
  const page = await listAgents(actor, agentFilter.parse({ q: query, limit }));
  return page.items.map((agent) => ({
    href: `/agents/${agent.id}`,
    label: agent.name,
    detail: `${agent.tier} · ${agent.owner.name}`,
    group: "Agents",
  }));
}

async function tools(actor: Actor, query: string): Promise<SearchHit[]> {
  if (!can(actor, "tools:read")) return [];
  const page = await listTools(toolFilter.parse({ q: query, limit }));
  return page.items.map((tool) => ({
    href: `/tools/${tool.name}`,
    label: tool.name,
    detail: tool.effect,
    group: "Tools",
  }));
}

async function people(actor: Actor, query: string): Promise<SearchHit[]> {
  if (!can(actor, "people:read")) return [];
  const page = await listPeople(actor, peopleQuery.parse({ q: query, limit }));
  return page.items.map((person) => ({
    href: `/settings/people?q=${encodeURIComponent(person.email)}`,
    label: person.name,
    detail: person.email,
    group: "People",
  }));
}
