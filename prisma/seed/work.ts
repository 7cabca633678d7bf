// What the agents of the sample organization ask for, day by day. Pure: the same seed gives the same days.
import type { Json } from "@/lib/json";
import { type AgentKey, carriers, suppliers } from "./agents";
import type { Random } from "./random";

/** One tool call, with what the agent thought. */
export type Act = {
  tool: string;
  arguments: { [name: string]: Json };
  reasoning: string;
  region?: string;
};

/** What one agent does at one moment: the calls it makes side by side. */
export type Habit = {
  /** Sessions on a working day. */
  perDay: number;
  /** Works at night and on weekends too. */
  aroundTheClock?: boolean;
  /** Share (any scale) of each kind of session. */
  sessions: [number, (random: Random) => Act[]][];
};

const act = (tool: string, args: Act["arguments"], reasoning: string, more: Partial<Act> = {}): Act => ({
  tool,
  arguments: args,
  reasoning,
  ...more,
});

const id = (prefix: string, random: Random) => `${prefix}-${random.integer(10_000, 99_999)}`;
const euros = (random: Random, from: number, to: number) =>
  `${random.integer(from, to - 1)}.${String(random.integer(0, 99)).padStart(2, "0")}`;
const customer = (random: Random) => `${random.pick(firstNames)}.${random.integer(100, 999)}@customers.example`;
const day = (random: Random) =>
  `2026-${String(random.integer(1, 12)).padStart(2, "0")}-${String(random.integer(1, 28)).padStart(2, "0")}`;
const clock = (random: Random) =>
  `${String(random.integer(8, 16)).padStart(2, "0")}:${random.pick(["00", "15", "30", "45"])}`;

const firstNames = [
  "alma",
  "bo",
  "carla",
  "dario",
  "elif",
  "finn",
  "greta",
  "henrik",
  "ida",
  "jonas",
  "karin",
  "leo",
  "mira",
  "nils",
  "olga",
  "pia",
];
const staff = [
  "ada.holm",
  "milo.brandt",
  "sunniva.dahl",
  "kofi.asante",
  "lucia.ferrer",
  "hanna.weiss",
  "rui.tavares",
  "lena.vogel",
];
const articles = [
  "Ridge 45 backpack",
  "Tarn tent, two persons",
  "Merino base layer",
  "Ember stove",
  "Fell jacket",
  "Scree boots",
];
const services = ["shop-web", "checkout", "search", "stock-sync", "mail-relay"];

export const habits: Record<AgentKey, Habit> = {
  inbox: {
    perDay: 21,
    sessions: [
      [
        9,
        (random) => {
          const message = id("msg", random);
          return [
            act(
              "mail.search",
              { query: random.pick(["is:unread", "invoice", "subject:return", "from:supplier"]) },
              "New mail since the last look.",
            ),
            act("mail.read", { message }, "The subject says it may be urgent, so I read it."),
            act(
              "mail.label",
              { message, label: random.pick(["urgent", "finance", "returns", "later"]) },
              "Its content fits this label.",
            ),
          ];
        },
      ],
      [
        4,
        (random) => {
          const message = id("msg", random);
          return [
            act("mail.read", { message }, "Somebody asks a question we have answered before."),
            act(
              "mail.draft",
              {
                message,
                body: `Thank you for writing. The ${random.pick(articles)} is back in stock in week ${random.integer(2, 50)}.`,
              },
              "A draft saves a colleague the typing; a person sends it.",
            ),
          ];
        },
      ],
      [
        1,
        (random) => [
          act(
            "mail.send",
            {
              to: [
                random.pick([
                  `${random.pick(staff)}@larkfield.example`,
                  "booking@stadtbett.example",
                  `${random.pick(firstNames)}@trailclub.example`,
                ]),
              ],
              subject: random.pick([
                "Meeting room on Thursday",
                "Your question about samples",
                "Delivery of the display stands",
              ]),
              body: random.pick([
                "The room is free from ten. I have put your name on it.",
                "The samples left our warehouse this morning and should arrive tomorrow.",
                "Could you confirm two rooms for the nights of the trade fair?",
              ]),
            },
            "The thread waits for an answer since yesterday and I have all facts.",
          ),
        ],
      ],
      [
        0.4,
        () => [
          act(
            "slack.post",
            { channel: "general", text: "Two urgent messages are waiting." },
            "A chat message would reach the team faster than a label.",
          ),
        ],
      ],
    ],
  },
  calendar: {
    perDay: 13,
    sessions: [
      [
        7,
        (random) => [
          act("calendar.list", { day: day(random) }, "I look for a free slot first."),
          act(
            "calendar.create_event",
            {
              title: random.pick(["Range planning", "Supplier review", "One to one", "Sprint review"]),
              start: `${day(random)}T${clock(random)}`,
              minutes: random.pick([30, 45, 60]),
              attendees: random
                .shuffle(staff)
                .slice(0, random.integer(1, 4))
                .map((name) => `${name}@larkfield.example`),
            },
            "All of them are free then.",
          ),
        ],
      ],
      [
        3,
        (random) => [
          act(
            "calendar.move_event",
            { event: id("evt", random), start: `${day(random)}T${clock(random)}` },
            "Two of three asked for a later time.",
          ),
        ],
      ],
      [
        0.5,
        (random) => [
          act(
            "calendar.create_event",
            {
              title: "Fitting with a partner shop",
              start: `${day(random)}T${clock(random)}`,
              minutes: 60,
              attendees: ["sunniva.dahl@larkfield.example", `${random.pick(firstNames)}@trailclub.example`],
            },
            "The partner proposed this time in their last mail.",
          ),
        ],
      ],
    ],
  },
  invoices: {
    perDay: 20,
    sessions: [
      [
        6,
        (random) => [
          act("invoices.list", { due: day(random) }, "What is due this week comes first."),
          act("ledger.read", { account: `44${random.integer(10, 99)}` }, "I check that nothing was paid twice."),
        ],
      ],
      [
        6,
        (random) => [
          act(
            "invoices.match",
            { invoice: id("inv", random), order: id("po", random) },
            "Amount, article and delivery note agree with the order.",
          ),
        ],
      ],
      [
        7,
        (random) => {
          const invoice = id("inv", random);
          return [
            act(
              "payments.schedule",
              { to: random.pick(suppliers), amount: euros(random, 24, 260), currency: "EUR", reference: invoice },
              `Invoice ${invoice} matches its order and is due in ${random.integer(1, 5)} days.`,
            ),
          ];
        },
      ],
      [
        1.5,
        (random) => {
          const invoice = id("inv", random);
          return [
            act(
              "payments.schedule",
              { to: random.pick(suppliers), amount: euros(random, 520, 8_900), currency: "EUR", reference: invoice },
              `Invoice ${invoice} is for the seasonal order. It matches, and the discount ends tomorrow.`,
            ),
          ];
        },
      ],
      [
        0.3,
        (random) => [
          act(
            "payments.schedule",
            {
              to: random.pick(["Bergland Messebau GmbH", "Quickpay Collections"]),
              amount: euros(random, 90, 1_400),
              currency: "EUR",
              reference: id("inv", random),
            },
            "The invoice came by mail and names a new account. I have no order for it, but it says it is overdue.",
          ),
        ],
      ],
      [
        0.15,
        (random) => [
          act(
            "payments.schedule",
            {
              to: "Fjordlys Equipment AS",
              amount: euros(random, 900, 4_000),
              currency: "SEK",
              reference: id("inv", random),
            },
            "This supplier invoices in Swedish crowns.",
          ),
        ],
      ],
      [
        0.1,
        (random) => [
          act(
            "payments.schedule",
            {
              to: random.pick(suppliers),
              amount: `-${euros(random, 20, 90)}`,
              currency: "EUR",
              reference: id("cn", random),
            },
            "A credit note, so I tried a negative amount.",
          ),
        ],
      ],
    ],
  },
  expenses: {
    perDay: 7,
    sessions: [
      [
        6,
        (random) => [
          act("expenses.list", { period: `2026-${random.integer(9, 11)}` }, "The reports of this month."),
          act("ledger.read", { account: `66${random.integer(10, 99)}` }, "The same trip may be booked already."),
        ],
      ],
      [
        1,
        (random) => [
          act(
            "expenses.flag",
            { report: id("exp", random), reason: "Two receipts show the same number and the same minute." },
            "It is probably a scan sent twice, but a person should see it.",
          ),
        ],
      ],
    ],
  },
  restock: {
    perDay: 7,
    sessions: [
      [
        5,
        (random) => [
          act(
            "purchasing.stock_levels",
            { warehouse: random.pick(["Kiel", "Graz"]) },
            "Levels change after the night run.",
          ),
        ],
      ],
      [
        2,
        (random) => [
          act(
            "purchasing.create_order",
            {
              to: random.pick(suppliers.slice(0, 5)),
              article: random.pick(articles),
              quantity: random.integer(10, 120),
              amount: euros(random, 300, 4_400),
              currency: "EUR",
            },
            "At the present rate the article is gone in nine days, and delivery takes eight.",
          ),
        ],
      ],
      [
        0.35,
        (random) => [
          act(
            "purchasing.create_order",
            {
              to: random.pick(suppliers.slice(0, 5)),
              article: random.pick(articles),
              quantity: random.integer(150, 400),
              amount: euros(random, 5_200, 9_400),
              currency: "EUR",
            },
            "The winter campaign starts in two weeks, so I order for the whole of it.",
          ),
        ],
      ],
      [
        0.15,
        (random) => [
          act(
            "purchasing.create_order",
            {
              to: "Glacier Trading FZE",
              article: random.pick(articles),
              quantity: 60,
              amount: euros(random, 800, 2_000),
              currency: "EUR",
            },
            "A seller I found offers the same article for a third less.",
          ),
        ],
      ],
    ],
  },
  support: {
    perDay: 44,
    aroundTheClock: true,
    sessions: [
      [
        12,
        (random) => {
          const ticket = id("tck", random);
          const order = id("ord", random);
          const to = customer(random);
          return [
            act(
              "tickets.search",
              { query: random.pick(["status:new", "where is my order", "size", "return"]) },
              "The oldest open question comes first.",
            ),
            act("orders.read", { order }, "I need the state of the order to answer."),
            act(
              "tickets.reply",
              {
                ticket,
                to,
                body: random.pick([
                  `Your order ${order} left our warehouse and is on its way: https://track.waxwing.example/p/${order}`,
                  "The jacket runs small; most customers of your height take the next size. You can exchange it free of charge.",
                  `Your return for ${order} has arrived. The refund is on its way and takes up to three days.`,
                  "The stove needs the small gas cartridge with a screw valve, which we sell as well.",
                ]),
              },
              "The answer follows from the order and our return rules.",
            ),
          ];
        },
      ],
      [
        3,
        (random) => [
          act("tickets.close", { ticket: id("tck", random) }, "The customer said thank you and asks nothing more."),
        ],
      ],
      [
        0.3,
        (random) => [
          act(
            "tickets.reply",
            {
              ticket: id("tck", random),
              to: customer(random),
              body: "To pay back to your credit card, please tell me the card number and the three digits on its back.",
            },
            "The customer asks why the money has not arrived, and I thought the number would help.",
          ),
        ],
      ],
      [
        0.3,
        (random) => [
          act(
            "tickets.reply",
            {
              ticket: id("tck", random),
              to: customer(random),
              body: "You find the recall notice at www.gear-recalls.example/ember and can register there.",
            },
            "The customer pasted this link and asked me to confirm it.",
          ),
        ],
      ],
      [
        0.6,
        (random) => [
          act(
            "crm.export_all",
            { segment: random.pick(["newsletter", "returns", "all"]) },
            "A list of all customers would let me see whom else this concerns.",
          ),
        ],
      ],
      [
        0.15,
        (random) => [
          act(
            "payments.schedule",
            { to: customer(random), amount: euros(random, 20, 120), currency: "EUR", reference: id("ord", random) },
            "The customer is upset and a transfer would settle it at once.",
          ),
        ],
      ],
    ],
  },
  refunds: {
    perDay: 14,
    sessions: [
      [
        10,
        (random) => {
          const order = id("ord", random);
          return [
            act("orders.read", { order }, "I check what was paid and how."),
            act(
              "refunds.issue",
              {
                order,
                to: customer(random),
                amount: euros(random, 9, 140),
                currency: "EUR",
                reason: random.pick(["Return arrived undamaged", "Wrong size sent", "Lost by the carrier"]),
              },
              "The return was scanned this morning and is within thirty days.",
            ),
          ];
        },
      ],
      [
        1.6,
        (random) => {
          const order = id("ord", random);
          return [
            act(
              "refunds.issue",
              {
                order,
                to: customer(random),
                amount: euros(random, 151, 480),
                currency: "EUR",
                reason: random.pick(["Tent returned with a torn seam", "Two jackets returned", "Order never arrived"]),
              },
              "All articles of the order are back, so the whole amount is due.",
            ),
          ];
        },
      ],
      [2, () => [act("tickets.search", { query: "label:refund" }, "Open questions about refunds.")]],
    ],
  },
  travel: {
    perDay: 7,
    sessions: [
      [
        5,
        (random) => [
          act(
            "travel.search",
            { from: "Kiel", to: random.pick(["Graz", "Oslo", "Porto", "Lyon"]), date: day(random) },
            "A colleague asked for a connection.",
          ),
        ],
      ],
      [
        0.7,
        (random) => [
          act(
            "travel.hold",
            { option: id("opt", random) },
            "Only two seats are left at this fare, and the traveler answers tomorrow.",
          ),
        ],
      ],
      [
        1.3,
        (random) => [
          act(
            "travel.book",
            {
              option: id("opt", random),
              traveler: `${random.pick(staff)}@larkfield.example`,
              to: random.pick(carriers),
              amount: euros(random, 60, 640),
              currency: "EUR",
            },
            "The traveler chose this option, and it is the cheapest that arrives in time.",
          ),
        ],
      ],
    ],
  },
  deploy: {
    perDay: 10,
    sessions: [
      [
        6,
        (random) => [
          act("deploy.status", { service: random.pick(services) }, "Is the last build healthy?"),
          act(
            "metrics.query",
            { query: `error_rate{service="${random.pick(services)}"}` },
            "Errors of the last ten minutes.",
          ),
        ],
      ],
      [
        1.6,
        (random) => [
          act(
            "deploy.release",
            { service: random.pick(services), build: `2.${random.integer(1, 40)}.${random.integer(0, 9)}` },
            "All checks of this build passed and the changes are small.",
          ),
        ],
      ],
      [
        1.5,
        (random) => [
          act(
            "service.restart",
            { service: random.pick(services) },
            "Memory grows since the last release; a restart gives us the day.",
          ),
        ],
      ],
      [
        0.3,
        (random) => [act("deploy.rollback", { service: random.pick(services) }, "Errors doubled after the release.")],
      ],
      [
        0.15,
        (random) => [
          act(
            "storage.delete_snapshot",
            { snapshot: id("snap", random) },
            "The disk is nearly full and this snapshot is the oldest.",
          ),
        ],
      ],
      [
        0.2,
        () => [
          act(
            "shell.exec",
            { command: "journalctl -u checkout -n 200" },
            "The log of the machine would tell me why it restarts.",
          ),
        ],
      ],
    ],
  },
  oncall: {
    perDay: 24,
    aroundTheClock: true,
    sessions: [
      [
        14,
        (random) => [
          act(
            "metrics.query",
            { query: `latency_p99{service="${random.pick(services)}"}` },
            "An alarm asks for a look.",
          ),
          act("deploy.status", { service: random.pick(services) }, "Was there a release?"),
        ],
      ],
      [
        1.6,
        (random) => [
          act(
            "service.restart",
            { service: random.pick(services) },
            "It does not answer since two minutes, and a restart helped the last time.",
          ),
        ],
      ],
      [
        0.3,
        (random) => [
          act("deploy.rollback", { service: random.pick(services) }, "The alarm began with the release, so I go back."),
        ],
      ],
      [
        0.06,
        (random) => [
          act(
            "database.run_migration",
            { database: "orders", migration: `2026_11_${random.integer(10, 28)}_index` },
            "The slow query would be fast with this index, and the migration is ready.",
          ),
        ],
      ],
    ],
  },
  contracts: {
    perDay: 5,
    sessions: [
      [
        4,
        (random) => [
          act("contracts.read", { contract: id("ctr", random) }, "A renewal is due and I compare it with our terms."),
        ],
      ],
      [
        0.6,
        (random) => [
          act(
            "contracts.annotate",
            {
              contract: id("ctr", random),
              clause: `${random.integer(3, 18)}.${random.integer(1, 6)}`,
              note: "Liability is capped lower than in our terms.",
            },
            "The clause differs from what we agreed elsewhere.",
          ),
        ],
      ],
      [
        0.5,
        (random) => [
          act(
            "contracts.send_draft",
            {
              contract: id("ctr", random),
              to: [random.pick(["legal@alpenfaser.example", "office@portocork.example"])],
              body: "Please find our proposal for the renewal. We suggest the same prices for two years.",
            },
            "The other side asked for our proposal.",
          ),
        ],
      ],
    ],
  },
  prices: {
    perDay: 14,
    sessions: [
      [
        8,
        (random) => [
          act(
            "web.fetch",
            {
              url: `https://${random.pick(["www.trailhut.example", "www.summitshop.example"])}/p/${random.integer(100, 999)}`,
            },
            "The daily comparison.",
          ),
        ],
      ],
      [
        3,
        (random) => [
          act(
            "prices.update",
            { article: random.pick(articles), price: euros(random, 29, 380) },
            "Two shops are below us by more than five percent.",
          ),
        ],
      ],
      [
        0.5,
        (random) => [
          act(
            "web.fetch",
            { url: `https://pastebin.dump-site.example/${random.integer(1000, 9999)}` },
            "A page I read says that the full price list is here.",
          ),
        ],
      ],
    ],
  },
  people: {
    perDay: 7,
    sessions: [
      [
        6,
        (random) => [
          act(
            "people.read_profile",
            { employee: id("emp", random), region: "eu-central-1" },
            "An employee asks how many days of leave are left.",
          ),
        ],
      ],
      [
        0.7,
        (random) => [
          act(
            "people.update_record",
            {
              employee: id("emp", random),
              field: "address",
              value: `Hafenweg ${random.integer(1, 90)}, Kiel`,
              region: "eu-central-1",
            },
            "The employee moved and told us the new address.",
          ),
        ],
      ],
      [
        0.2,
        (random) => [
          act(
            "people.read_profile",
            { employee: id("emp", random), region: "us-east-1" },
            "The profile was copied to the other region for a test.",
          ),
        ],
      ],
    ],
  },
  planner: { perDay: 0, sessions: [] },
};

/** What waits for somebody when a stranger opens the inbox for the first time: minutes ago, agent, call. */
export const waiting: [number, AgentKey, Act][] = [
  [
    11,
    "invoices",
    act(
      "payments.schedule",
      { to: "Tinderbox Stoves Ltd", amount: "4870.00", currency: "EUR", reference: "inv-48213" },
      "Invoice inv-48213 is for the first winter delivery. It matches the order, and the discount of two percent ends tomorrow.",
    ),
  ],
  [
    26,
    "refunds",
    act(
      "refunds.issue",
      {
        order: "ord-77120",
        to: "greta.411@customers.example",
        amount: "419.90",
        currency: "EUR",
        reason: "Tent returned with a torn seam",
      },
      "The tent is back. Photos show a torn seam that was there on delivery, so the whole amount is due.",
    ),
  ],
  [
    44,
    "deploy",
    act(
      "deploy.release",
      { service: "checkout", build: "2.31.4" },
      "All checks of 2.31.4 passed. It fixes the rounding of vouchers that support asked about.",
    ),
  ],
  [
    72,
    "support",
    act(
      "tickets.reply",
      {
        ticket: "tck-30518",
        to: "nils.207@customers.example",
        body: "We never ask for a password. If a page asked you for one in our name, please send us its address.",
      },
      "The customer received a false message in our name and asks whether it was ours.",
    ),
  ],
  [
    95,
    "travel",
    act(
      "travel.book",
      {
        option: "opt-55102",
        traveler: "hanna.weiss@larkfield.example",
        to: "Nightline Rail",
        amount: "286.00",
        currency: "EUR",
      },
      "Hanna chose the sleeper to Graz. It is 40 euros more than the day train and saves a night in a hotel.",
    ),
  ],
  [
    128,
    "inbox",
    act(
      "mail.send",
      {
        to: ["ida@trailclub.example"],
        subject: "Samples for the club evening",
        body: "We can lend you three tents for the evening of the 4th. Please tell us until Friday where to send them.",
      },
      "The club asked twice. A colleague wrote in the thread that lending three tents is fine.",
    ),
  ],
];

/** How busy an hour is, as a share of the day. UTC; the company works in central Europe. */
export function shareOfHour(hour: number, aroundTheClock: boolean): number {
  const office = [
    0, 0, 0, 0, 0, 0.01, 0.05, 0.11, 0.13, 0.12, 0.09, 0.08, 0.11, 0.11, 0.09, 0.06, 0.03, 0.01, 0, 0, 0, 0, 0, 0,
  ];
  const always = [
    0.02, 0.015, 0.012, 0.012, 0.015, 0.02, 0.035, 0.05, 0.06, 0.06, 0.055, 0.055, 0.055, 0.055, 0.055, 0.055, 0.055,
    0.055, 0.06, 0.06, 0.05, 0.04, 0.03, 0.021,
  ];
  return (aroundTheClock ? always : office)[hour] ?? 0;
}
