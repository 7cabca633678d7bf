import type { Tool } from "@/lib/policy/schema";
import agentdojo from "./catalogue/agentdojo.json";
import bfcl from "./catalogue/bfcl.json";
import taubench from "./catalogue/taubench.json";

/**
 * What the owner of the recorded tools would write into the catalogue when sanctioning them: what each tool does to the world, whether
 * it can be undone, and which arguments carry amounts, recipients, addresses and text. Judged from the tools' meaning, once, for user
 * and attacker alike.
 */
export type Catalogue = {
  source: string;
  /** Purpose of the agent of each suite. */
  agents: { [suite: string]: string };
  tools: { [name: string]: Pick<Tool, "description" | "effect" | "reversible" | "argumentRoles" | "currency"> };
};

const known = { agentdojo, "bfcl-v4": bfcl, "tau-bench": taubench } as unknown as Record<string, Catalogue>;

/** @throws Error when nobody has judged the tools of this source yet */
export function catalogueOf(source: string): Catalogue {
  const found = known[source];
  if (found) return found;
  throw new Error(`the tools of \`${source}\` have no catalogue yet: add one to scripts/replay/catalogue`);
}
