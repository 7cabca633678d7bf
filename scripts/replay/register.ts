import type { Caller } from "./ask";
import type { Catalogue } from "./catalogues";
import { learnMandate } from "./learn-mandate";
import { type Management, ManagementError } from "./management";
import type { RecordedCall } from "./recorded-calls";

export type Staff = {
  agents: Map<string, { id: string; name: string }>;
  callerOf(group: string): Caller;
  /** Revokes the credentials that were issued for this replay. */
  dismiss(): Promise<void>;
};

/**
 * Puts the tools into the catalogue and registers one agent per group with the mandate of its regular business. What an earlier replay
 * registered is used again.
 */
export async function putToolsAndAgents(
  api: Management,
  catalogue: Catalogue,
  groups: ReadonlyMap<string, readonly RecordedCall[]>,
  ownerEmail: string,
): Promise<Staff> {
  const used = new Set([...groups.values()].flat().map((call) => call.tool));
  for (const name of used) {
    const tool = catalogue.tools[name];
    // What nobody has judged stays out of the catalogue, and is refused.
    if (tool) await api.put(`/tools/${name}`, { ...tool, source: "replay" });
  }

  const agents: Staff["agents"] = new Map();
  const credentials = new Map<string, { id: string; secret: string }>();
  for (const [group, calls] of groups) {
    const name = `${catalogue.source.split(",", 1)[0]}: ${group}`;
    const profile = {
      name,
      purpose: catalogue.agents[group] ?? `Makes the calls of ${catalogue.source}`,
      environment: "test",
      riskClass: "limited",
      tier: "T4",
      mandate: learnMandate(calls, catalogue.tools),
    };
    const { items } = await api.get<{ items: { id: string; name: string; status: string }[] }>(
      `/agents?q=${encodeURIComponent(name)}`,
    );
    const known = items.find((agent) => agent.name === name);
    let id = known?.id;
    if (known) await api.patch(`/agents/${known.id}`, profile).catch(unlessUnchanged);
    else {
      const version = { label: "recorded", model: "recorded", provider: "replay" };
      id = (await api.post<{ id: string }>("/agents", { ...profile, ownerEmail, version })).id;
    }
    if (known?.status !== "active") await api.post(`/agents/${id}/activate`, { reason: "Replays recorded calls" });
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    credentials.set(group, await api.post(`/agents/${id}/credentials`, { type: "secret", expiresAt }));
    agents.set(group, { id: id as string, name });
  }
  return {
    agents,
    callerOf: (group) => ({ id: agents.get(group)?.id ?? "", secret: credentials.get(group)?.secret ?? "" }),
    async dismiss() {
      for (const { id } of credentials.values()) await api.delete(`/credentials/${id}`);
    },
  };
}

/** Registering again what is there already is no fault. */
function unlessUnchanged(error: unknown): void {
  if (!(error instanceof ManagementError && error.code === "state_changed")) throw error;
}
