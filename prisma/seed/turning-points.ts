import "server-only";

import { requestTransfer } from "@/lib/agents/request-transfer";
import { deactivatePerson } from "@/lib/auth/deactivate-person";
import { db } from "@/lib/db";
import { suspendForIncident } from "@/lib/incidents/suspend";
import { publishPolicy } from "@/lib/policy/publish";
import type { Guardrail } from "@/lib/policy/schema";
import { type Office, rotate } from "./office";

/** What happens once in the month and changes what decisions rest on: a rule, a key, a departure, an incident. */
export type TurningPoint = { daysAgo: number; hoursLater: number; run: (office: Office) => Promise<void> };

export const turningPoints: TurningPoint[] = [
  {
    daysAgo: 19,
    hoursLater: 2,
    async run({ actors }) {
      const note = "Legal reads every draft of terms before it leaves";
      await publishPolicy({ personId: actors.ada.personId }, note, (set) => ({
        ...set,
        guardrails: [...set.guardrails.filter(({ id }) => id !== draftsAskLegal.id), draftsAskLegal],
      })).catch(unlessUnchanged);
    },
  },
  { daysAgo: 12, hoursLater: 3, run: (office) => rotate(office, "invoices", office.actors.milo) },
  {
    daysAgo: 6,
    hoursLater: 5,
    async run({ actors, agents }) {
      if (!(await db.person.findUnique({ where: { id: actors.victor.personId } }))?.active) return;
      await deactivatePerson(actors.ada, { id: actors.victor.personId, reason: "Left the company" });
      await requestTransfer(actors.ada, agents.get("prices")?.id ?? "", {
        ownerEmail: actors.sunniva.email,
        reason: "Victor left. You know the shop best; please accept, or tell me who should.",
      });
    },
  },
  {
    daysAgo: 3,
    hoursLater: 1,
    async run({ agents }) {
      await suspendForIncident(agents.get("people")?.id ?? "", {
        kind: "clone",
        title: "People Desk: one credential is used in two places",
        details: {
          why: "two calls with the same call number arrived from different instances",
          instances: ["people-7f3a", "people-c1d9"],
        },
      });
    },
  },
];

const draftsAskLegal: Guardrail = {
  id: "terms-leave",
  name: "Drafts of terms ask Legal",
  description: "Agreed after the spring review of supplier contracts.",
  when: { attribute: "action.tool", operator: "eq", value: "contracts.send_draft" },
  effect: {
    approval: { quorum: 1, groups: ["legal"], expiresIn: 86_400, sla: 14_400, stepUp: false, selfApproval: false },
  },
  mode: "enforce",
  message: "drafts of terms are read by Legal before they leave",
};

/** Publishing what is published already is no fault of a seed that goes on. */
function unlessUnchanged(error: unknown): void {
  if ((error as { code?: string }).code !== "state_changed") throw error;
}
