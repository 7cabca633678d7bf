import type { RegisterInput } from "@/lib/agents/schema";
import { type PersonKey, people } from "./people";

/** The agents of the sample organization: who they are and what they may do. What they do all day is in `work.ts`. */

export type AgentKey =
  | "inbox"
  | "calendar"
  | "invoices"
  | "expenses"
  | "restock"
  | "support"
  | "refunds"
  | "travel"
  | "deploy"
  | "oncall"
  | "contracts"
  | "prices"
  | "people"
  | "planner";

export type SampleAgent = {
  owner: PersonKey;
  /** Days before now. */
  registeredDaysAgo: number;
  /** Days from now until its credential ends. */
  credentialDays: number;
  status: "active" | "draft";
  profile: Omit<RegisterInput, "ownerEmail" | "backupOwnerEmail"> & { backupOwner?: PersonKey };
};

export const suppliers = [
  "Alpenfaser Textil GmbH",
  "Fjordlys Equipment AS",
  "Nordwald Papier KG",
  "Porto Cork Lda",
  "Tinderbox Stoves Ltd",
  "Waxwing Logistics BV",
] as const;

export const carriers = ["Nightline Rail", "Harbour Ferries", "Stadtbett Hotels"] as const;

/** What agents run on: `larkwing-2` and `larkwing-2-mini` are models of this sample only. */
const version = (label: string, model = "larkwing-2") => ({ label, model, provider: "Larkwing AI (sample)" });

export const sampleAgents: Record<AgentKey, SampleAgent> = {
  inbox: {
    owner: "lucia",
    registeredDaysAgo: 30,
    credentialDays: 74,
    status: "active",
    profile: {
      name: "Inbox Triage",
      purpose:
        "Sorts the shared mailbox, labels what is urgent and prepares answers. A person sends what leaves the house.",
      backupOwner: "sunniva",
      environment: "production",
      riskClass: "limited",
      tier: "T3",
      mandate: {
        tools: ["mail.search", "mail.read", "mail.label", "mail.draft", "mail.send"],
        recipients: ["*@larkfield.example", "booking@stadtbett.example"],
        budgets: [{ window: "day", count: 400, scope: "agent" }],
      },
      version: version("inbox-14"),
    },
  },
  calendar: {
    owner: "lucia",
    registeredDaysAgo: 30,
    credentialDays: 61,
    status: "active",
    profile: {
      name: "Calendar Concierge",
      purpose: "Finds times and invites colleagues. Guests from outside are invited after somebody looked.",
      environment: "production",
      riskClass: "minimal",
      tier: "T3",
      mandate: {
        tools: ["calendar.list", "calendar.create_event", "calendar.move_event"],
        recipients: ["*@larkfield.example"],
      },
      version: version("calendar-6", "larkwing-2-mini"),
    },
  },
  invoices: {
    owner: "milo",
    registeredDaysAgo: 30,
    credentialDays: 80,
    status: "active",
    profile: {
      name: "Invoice Clerk",
      purpose: "Matches supplier invoices to orders and schedules what is due.",
      backupOwner: "sofie",
      environment: "production",
      riskClass: "limited",
      tier: "T3",
      mandate: {
        tools: ["invoices.list", "ledger.read", "invoices.match", "payments.schedule"],
        recipients: [...suppliers],
        budgets: [
          { window: "day", amount: "20000.00", currency: "EUR", scope: "agent", tools: ["payments.schedule"] },
          { window: "week", amount: "12000.00", currency: "EUR", scope: "counterparty", tools: ["payments.schedule"] },
        ],
      },
      version: version("invoices-21"),
    },
  },
  expenses: {
    owner: "milo",
    registeredDaysAgo: 30,
    credentialDays: 44,
    status: "active",
    profile: {
      name: "Expense Auditor",
      purpose: "Reads expense reports and proposes which deserve a second look.",
      environment: "production",
      riskClass: "limited",
      tier: "T1",
      mandate: { tools: ["expenses.list", "ledger.read", "expenses.flag"] },
      version: version("expenses-3", "larkwing-2-mini"),
    },
  },
  restock: {
    owner: "milo",
    registeredDaysAgo: 29,
    credentialDays: 80,
    status: "active",
    profile: {
      name: "Restock Buyer",
      purpose: "Watches stock and orders what runs low from suppliers under contract.",
      backupOwner: "sofie",
      environment: "production",
      riskClass: "limited",
      tier: "T4",
      mandate: {
        tools: ["purchasing.stock_levels", "purchasing.create_order"],
        recipients: suppliers.slice(0, 5),
        hours: [{ timeZone: "Europe/Berlin", days: ["mon", "tue", "wed", "thu", "fri"], from: "06:00", to: "20:00" }],
        budgets: [{ window: "week", amount: "30000.00", currency: "EUR", scope: "agent" }],
      },
      version: version("restock-9"),
    },
  },
  support: {
    owner: "sunniva",
    registeredDaysAgo: 30,
    credentialDays: 52,
    status: "active",
    profile: {
      name: "Support Responder",
      purpose: "Answers customers about orders, sizes and deliveries, day and night.",
      backupOwner: "lucia",
      environment: "production",
      riskClass: "limited",
      tier: "T3",
      mandate: {
        tools: ["tickets.search", "orders.read", "tickets.reply", "tickets.close"],
        recipients: ["*@customers.example"],
        hosts: [
          { method: "*", host: "www.larkfield.example", path: "/**" },
          { method: "*", host: "track.waxwing.example", path: "/**" },
        ],
      },
      version: version("support-33"),
    },
  },
  refunds: {
    owner: "sunniva",
    registeredDaysAgo: 30,
    credentialDays: 52,
    status: "active",
    profile: {
      name: "Refund Desk",
      purpose: "Pays back small amounts after a return arrived. Larger ones are asked.",
      environment: "production",
      riskClass: "limited",
      tier: "T4",
      mandate: {
        tools: ["orders.read", "tickets.search", "refunds.issue"],
        recipients: ["*@customers.example"],
        limits: [{ tool: "refunds.issue", upTo: "150.00", currency: "EUR", otherwise: "approval" }],
        budgets: [
          { window: "day", amount: "1500.00", currency: "EUR", scope: "agent" },
          { window: "week", amount: "500.00", currency: "EUR", scope: "counterparty" },
        ],
      },
      version: version("refunds-12"),
    },
  },
  travel: {
    owner: "lucia",
    registeredDaysAgo: 30,
    credentialDays: 5,
    status: "active",
    profile: {
      name: "Travel Booker",
      purpose: "Finds trains, ferries and rooms for colleagues and books what was approved.",
      environment: "production",
      riskClass: "limited",
      tier: "T2",
      mandate: { tools: ["travel.search", "travel.hold", "travel.book"], recipients: [...carriers] },
      version: version("travel-8"),
    },
  },
  deploy: {
    owner: "kofi",
    registeredDaysAgo: 30,
    credentialDays: 9,
    status: "active",
    profile: {
      name: "Deploy Pilot",
      purpose: "Rolls builds out to staging, watches them and goes back when they fail.",
      environment: "staging",
      riskClass: "limited",
      tier: "T3",
      mandate: {
        tools: [
          "deploy.status",
          "metrics.query",
          "deploy.release",
          "deploy.rollback",
          "service.restart",
          "storage.delete_snapshot",
        ],
      },
      version: version("deploy-17"),
    },
  },
  oncall: {
    owner: "kofi",
    registeredDaysAgo: 30,
    credentialDays: 66,
    status: "active",
    profile: {
      name: "On-call Assistant",
      purpose: "Looks at alarms around the clock, restarts what hangs and wakes a person for the rest.",
      backupOwner: "lucia",
      environment: "production",
      riskClass: "limited",
      tier: "T3",
      mandate: {
        tools: ["metrics.query", "deploy.status", "service.restart", "deploy.rollback", "database.run_migration"],
      },
      version: version("oncall-25"),
    },
  },
  contracts: {
    owner: "sofie",
    registeredDaysAgo: 26,
    credentialDays: 63,
    status: "active",
    profile: {
      name: "Contract Clerk",
      purpose: "Reads supplier contracts, notes what differs from our terms and prepares drafts.",
      environment: "production",
      riskClass: "limited",
      tier: "T2",
      mandate: {
        tools: ["contracts.read", "contracts.annotate", "contracts.send_draft"],
        recipients: ["legal@alpenfaser.example", "office@portocork.example"],
      },
      version: version("contracts-4"),
    },
  },
  prices: {
    owner: "victor",
    registeredDaysAgo: 30,
    credentialDays: 38,
    status: "active",
    profile: {
      name: "Price Watcher",
      purpose: "Compares our prices with public shops and corrects ours within bounds.",
      environment: "production",
      riskClass: "minimal",
      tier: "T3",
      mandate: {
        tools: ["web.fetch", "prices.update"],
        hosts: [
          { method: "GET", host: "www.trailhut.example", path: "/**" },
          { method: "GET", host: "www.summitshop.example", path: "/**" },
        ],
      },
      version: version("prices-11", "larkwing-2-mini"),
    },
  },
  people: {
    owner: "lucia",
    registeredDaysAgo: 24,
    credentialDays: 65,
    status: "active",
    profile: {
      name: "People Desk",
      purpose: "Answers employees about leave and keeps their records in order.",
      environment: "production",
      riskClass: "high",
      tier: "T2",
      mandate: { tools: ["people.read_profile", "people.update_record"], regions: ["eu-central-1"] },
      version: version("people-2"),
    },
  },
  planner: {
    owner: "sofie",
    registeredDaysAgo: 2,
    credentialDays: 88,
    status: "draft",
    profile: {
      name: "Warehouse Planner",
      purpose: "Will plan shifts from expected deliveries. Not yet activated.",
      environment: "test",
      riskClass: "minimal",
      tier: "T0",
      mandate: { tools: ["purchasing.stock_levels"] },
      version: version("planner-1", "larkwing-2-mini"),
    },
  },
};

/** What registering this agent takes. */
export function registration({ owner, profile: { backupOwner, ...profile } }: SampleAgent): RegisterInput {
  return {
    ...profile,
    ownerEmail: people[owner].email,
    ...(backupOwner ? { backupOwnerEmail: people[backupOwner].email } : {}),
  };
}
