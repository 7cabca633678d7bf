import type { SanctionInput } from "@/lib/tools/schema";

/** The catalogue of the sample organization: what its agents are given to work with. */

type Schema = NonNullable<SanctionInput["argumentSchema"]>;
type Roles = NonNullable<SanctionInput["argumentRoles"]>;

const text = { type: "string", minLength: 1, maxLength: 4000 };
const short = { type: "string", minLength: 1, maxLength: 200 };
const amount = { type: "string", minLength: 1, maxLength: 20 };
const currency = { type: "string", enum: ["EUR", "SEK", "CHF"] };
const many = { type: "array", items: short, minItems: 1, maxItems: 50 };

function tool(
  name: string,
  description: string,
  effect: SanctionInput["effect"],
  reversible: boolean,
  properties: Schema,
  roles?: Roles,
  optional: string[] = [],
): SanctionInput {
  return {
    name,
    description,
    effect,
    reversible,
    status: "sanctioned",
    source: "sample",
    argumentSchema: {
      type: "object",
      properties,
      required: Object.keys(properties).filter((property) => !optional.includes(property)),
      additionalProperties: false,
    } as Schema,
    ...(roles ? { argumentRoles: roles } : {}),
  };
}

const reads = (name: string, description: string, properties: Schema = {}, roles?: Roles) =>
  tool(name, description, "read", true, properties, roles);

const money: Roles = { amount: "/amount", currency: "/currency", recipient: "/to" };

export const sampleTools: SanctionInput[] = [
  reads("mail.search", "Finds messages in the shared mailbox", { query: short }),
  reads("mail.read", "Reads one message", { message: short }),
  tool("mail.label", "Puts a label on a message", "write", true, { message: short, label: short }),
  tool("mail.draft", "Saves a draft for a person to send", "write", true, { message: short, body: text }),
  tool(
    "mail.send",
    "Sends a message from the shared mailbox",
    "external",
    false,
    { to: many, subject: short, body: text },
    {
      recipient: "/to",
      content: ["/subject", "/body"],
    },
  ),
  reads("calendar.list", "Lists events of a day", { day: short }),
  tool(
    "calendar.create_event",
    "Creates an event and invites people",
    "external",
    true,
    { title: short, start: short, minutes: { type: "integer", minimum: 5, maximum: 480 }, attendees: many },
    { recipient: "/attendees", content: "/title" },
  ),
  tool("calendar.move_event", "Moves an event", "write", true, { event: short, start: short }),
  reads("invoices.list", "Lists invoices that are due", { due: short }),
  reads("ledger.read", "Reads entries of the ledger", { account: short }),
  tool("invoices.match", "Matches an invoice to its order", "write", true, { invoice: short, order: short }),
  tool(
    "payments.schedule",
    "Schedules a transfer for the evening run; it can be withdrawn until then",
    "financial",
    true,
    { to: short, amount, currency, reference: short },
    money,
  ),
  reads("expenses.list", "Lists expense reports", { period: short }),
  tool("expenses.flag", "Marks an expense report for a second look", "write", true, { report: short, reason: text }),
  reads("purchasing.stock_levels", "Reads stock levels of a warehouse", { warehouse: short }),
  tool(
    "purchasing.create_order",
    "Places an order with a supplier; it can be cancelled for two days",
    "financial",
    true,
    { to: short, article: short, quantity: { type: "integer", minimum: 1, maximum: 10000 }, amount, currency },
    money,
  ),
  reads("tickets.search", "Finds tickets", { query: short }),
  reads("orders.read", "Reads an order of a customer", { order: short }),
  tool(
    "tickets.reply",
    "Answers a customer in their ticket; an answer can be withdrawn",
    "external",
    true,
    { ticket: short, to: short, body: text },
    {
      recipient: "/to",
      content: "/body",
    },
  ),
  tool("tickets.close", "Closes a ticket", "write", true, { ticket: short }),
  tool(
    "refunds.issue",
    "Pays money back to a customer at once",
    "financial",
    false,
    { order: short, to: short, amount, currency, reason: text },
    money,
  ),
  reads("travel.search", "Finds connections and rooms", { from: short, to: short, date: short }),
  tool("travel.hold", "Holds an option for a day", "write", true, { option: short }),
  tool(
    "travel.book",
    "Books an option on the company account",
    "financial",
    true,
    { option: short, traveler: short, to: short, amount, currency },
    money,
  ),
  reads("metrics.query", "Reads a metric", { query: short }),
  reads("deploy.status", "Reads the state of a service", { service: short }),
  tool("deploy.release", "Rolls a build out", "code", true, { service: short, build: short }),
  tool("deploy.rollback", "Goes back to the build before", "write", true, { service: short }),
  tool("service.restart", "Restarts a service", "write", true, { service: short }),
  tool("database.run_migration", "Changes a database schema", "code", false, { database: short, migration: short }),
  tool("storage.delete_snapshot", "Deletes a snapshot for good", "destructive", false, { snapshot: short }),
  reads("contracts.read", "Reads a contract", { contract: short }),
  tool("contracts.annotate", "Writes a note beside a clause", "write", true, {
    contract: short,
    clause: short,
    note: text,
  }),
  tool(
    "contracts.send_draft",
    "Sends a draft of terms to the other party",
    "external",
    false,
    { contract: short, to: many, body: text },
    {
      recipient: "/to",
      content: "/body",
    },
  ),
  reads("web.fetch", "Reads a public web page", { url: { type: "string", maxLength: 2000 } }, { url: "/url" }),
  tool("prices.update", "Changes the price of an article in the shop", "write", true, {
    article: short,
    price: amount,
  }),
  reads(
    "people.read_profile",
    "Reads the profile of an employee",
    { employee: short, region: short },
    { region: "/region" },
  ),
  tool(
    "people.update_record",
    "Changes the record of an employee",
    "write",
    true,
    { employee: short, field: short, value: short, region: short },
    {
      region: "/region",
    },
  ),
];
