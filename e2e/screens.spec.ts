import { readdirSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { draftTurn } from "@/e2e/draft-turn";
import { expect, test, visit } from "@/e2e/fixtures";
import type { Management } from "@/scripts/replay/management";

/**
 * Every page there is, as somebody who may see it, in both themes, on a phone and on a desk: no error, one `h1`, no sideways scrolling, WCAG 2.2 AA as far as a program can
 * tell. The pictures go to `screenshots/`.
 */

type Sample = "Ada Holm" | "Milo Brandt" | "Hanna Weiss" | "Noor Haddad" | "Lena Vogel";
type Screen = {
  /** Also the name of the pictures. */
  name: string;
  /** Which sample person looks; left out: a stranger. */
  as?: Sample;
  path: string | ((api: Management) => Promise<string>);
  /** Brings the page into the state that is looked at. */
  first?: (page: Page) => Promise<void>;
  /** It needs the draft of the policy to stay as it is. */
  draft?: true;
};

/** By page file under `app/`. */
const screens: Record<string, Screen[]> = {
  "(auth)/sign-in": [{ name: "sign-in", path: "/sign-in" }],
  "(auth)/welcome/[token]": [
    { name: "welcome", path: async (api) => new URL((await invite(api)).url).pathname },
    { name: "welcome-used", path: `/welcome/${"x".repeat(43)}` },
  ],
  "(console)/(overview)": [{ name: "overview", as: "Ada Holm", path: "/?range=30d" }],
  "(console)/inbox": [
    { name: "inbox", as: "Hanna Weiss", path: "/inbox" },
    { name: "inbox-decided", as: "Noor Haddad", path: "/inbox?status=all&tool=travel.book" },
    {
      name: "inbox-grouped",
      as: "Hanna Weiss",
      path: "/inbox?status=all",
      first: async (page) => {
        await page.getByRole("switch", { name: "Group similar" }).check();
        await page
          .getByRole("button", { expanded: false, name: /^\d+ × / })
          .first()
          .click();
      },
    },
    { name: "inbox-no-match", as: "Hanna Weiss", path: "/inbox?q=nothing-has-this-name" },
  ],
  "(console)/inbox/[id]": [
    { name: "inbox-card", as: "Hanna Weiss", path: async (api) => `/inbox/${await waitingRequest(api)}` },
    {
      name: "inbox-card-deny",
      as: "Hanna Weiss",
      path: async (api) => `/inbox/${await waitingRequest(api)}`,
      first: (page) => page.getByRole("button", { name: /^Deny/ }).click(),
    },
  ],
  "(console)/inbox/[id]/shown/[digest]": [{ name: "inbox-shown-card", as: "Noor Haddad", path: shownCard }],
  "(console)/agents": [
    { name: "agents", as: "Noor Haddad", path: "/agents" },
    { name: "agents-no-match", as: "Noor Haddad", path: "/agents?q=nothing-has-this-name" },
  ],
  "(console)/agents/new": [
    { name: "agent-new", as: "Milo Brandt", path: "/agents/new" },
    { name: "agent-new-authority", as: "Milo Brandt", path: "/agents/new", first: (page) => fillIdentity(page) },
    {
      name: "agent-new-mandate",
      as: "Milo Brandt",
      path: "/agents/new",
      first: async (page) => {
        await fillIdentity(page);
        await page.getByRole("button", { name: "Continue" }).click();
        await expect(page.getByRole("checkbox", { name: "payments.schedule" })).toBeVisible();
      },
    },
  ],
  "(console)/agents/[id]": [{ name: "agent", as: "Milo Brandt", path: (api) => agentPath(api) }],
  "(console)/agents/[id]/mandate": [
    { name: "agent-mandate", as: "Milo Brandt", path: (api) => agentPath(api, "/mandate") },
    {
      name: "agent-mandate-editing",
      as: "Milo Brandt",
      path: (api) => agentPath(api, "/mandate"),
      first: (page) => page.getByRole("button", { name: "Change mandate" }).click(),
    },
  ],
  "(console)/agents/[id]/credentials": [
    { name: "agent-credentials", as: "Milo Brandt", path: (api) => agentPath(api, "/credentials") },
  ],
  "(console)/agents/[id]/versions": [
    { name: "agent-versions", as: "Milo Brandt", path: (api) => agentPath(api, "/versions") },
  ],
  "(console)/agents/[id]/activity": [
    { name: "agent-activity", as: "Milo Brandt", path: (api) => agentPath(api, "/activity") },
  ],
  "(console)/agents/[id]/cedar": [{ name: "agent-cedar", as: "Milo Brandt", path: (api) => agentPath(api, "/cedar") }],
  "(console)/agents/[id]/settings": [
    { name: "agent-settings", as: "Milo Brandt", path: (api) => agentPath(api, "/settings") },
  ],
  "(console)/tools": [{ name: "tools", as: "Ada Holm", path: "/tools" }],
  "(console)/tools/import": [
    { name: "tools-import", as: "Ada Holm", path: "/tools/import" },
    { name: "tools-import-review", as: "Ada Holm", path: "/tools/import", first: (page) => readTools(page) },
  ],
  "(console)/tools/[...name]": [{ name: "tool", as: "Ada Holm", path: "/tools/payments.schedule" }],
  "(console)/tiers": [{ name: "tiers", as: "Lena Vogel", path: "/tiers?version=1" }],
  "(console)/tiers/edit": [
    { name: "policy-edit", as: "Ada Holm", path: "/tiers/edit" },
    {
      name: "policy-cell",
      as: "Ada Holm",
      path: "/tiers/edit",
      first: async (page) => {
        await page
          .getByRole("button", { name: /^T3, financial/ })
          .first()
          .click();
        await expect(page.getByText("Decided by")).toBeVisible();
      },
    },
    {
      name: "policy-guardrail",
      as: "Ada Holm",
      path: "/tiers/edit",
      first: (page) => page.getByRole("button", { name: /^Text with secrets or identity data/ }).click(),
    },
  ],
  "(console)/tiers/review": [
    {
      name: "policy-review",
      draft: true,
      as: "Ada Holm",
      path: async (api) => {
        await loosenedDraft(api);
        return "/tiers/review";
      },
      first: async (page) => {
        await expect(page.getByRole("heading", { name: "Approvals asked for per day" })).toBeVisible({
          timeout: 60_000,
        });
      },
    },
  ],
  "(console)/tiers/publications/[id]": [
    { name: "policy-publication", draft: true, as: "Ada Holm", path: (api) => publicationPath(api) },
  ],
  "(console)/tiers/versions/[number]": [{ name: "policy-compare", as: "Ada Holm", path: "/tiers/versions/1" }],
  "(console)/tiers/try": [
    { name: "try", as: "Noor Haddad", path: "/tiers/try" },
    {
      name: "try-compared",
      as: "Noor Haddad",
      path: "/tiers/try?tool=payments.schedule",
      first: async (page) => {
        await page.getByRole("combobox", { name: "Compare with" }).selectOption("1");
        await page.getByRole("button", { name: "Try request" }).click();
        await expect(page.getByRole("heading", { level: 2, name: "Version 1", exact: true })).toBeVisible();
      },
    },
  ],
  "(console)/audit": [
    { name: "audit", as: "Noor Haddad", path: "/audit" },
    { name: "audit-no-match", as: "Noor Haddad", path: "/audit?q=nothing-has-this-name" },
  ],
  "(console)/audit/[id]": [
    { name: "entry", as: "Noor Haddad", path: async (api) => `/audit/${await entryOf(api, "approval_voted")}` },
  ],
  "(console)/decisions/[id]": [
    {
      name: "decision",
      as: "Noor Haddad",
      path: async (api) => `/decisions/${await entryOf(api, "decision&outcome=approval_required")}`,
      first: async (page) => {
        await page.getByRole("button", { name: "Show content" }).click();
        await expect(page.getByText("Your look is recorded.")).toBeVisible();
        await page.getByRole("button", { name: "Check this lane" }).click();
        await expect(page.getByText("Every hash, link and number fits")).toBeVisible();
        await page.getByRole("button", { name: "Verify this entry" }).click();
        await expect(page.getByText(/hashes lead from the entry to the root/)).toBeVisible();
      },
    },
    {
      name: "decision-denied",
      as: "Noor Haddad",
      path: async (api) => `/decisions/${await entryOf(api, "decision&outcome=deny")}`,
    },
  ],
  "(console)/incidents": [{ name: "incidents", as: "Noor Haddad", path: "/incidents?status=all" }],
  "(console)/incidents/[id]": [{ name: "incident", as: "Noor Haddad", path: (api) => incidentPath(api) }],
  "(console)/settings": [{ name: "settings", as: "Lena Vogel", path: "/settings" }],
  "(console)/settings/account": [{ name: "account", as: "Ada Holm", path: "/settings/account" }],
  "(console)/settings/passkeys": [
    { name: "passkeys", as: "Ada Holm", path: "/settings/passkeys" },
    {
      name: "passkey-new",
      as: "Ada Holm",
      path: "/settings/passkeys",
      first: (page) => page.getByRole("button", { name: "Add a passkey" }).click(),
    },
  ],
  "(console)/settings/people": [{ name: "people", as: "Ada Holm", path: "/settings/people" }],
  "(console)/settings/groups": [{ name: "groups", as: "Ada Holm", path: "/settings/groups" }],
  "(console)/settings/tokens": [{ name: "tokens", as: "Ada Holm", path: "/settings/tokens" }],
  "(console)/docs": [{ name: "docs", as: "Milo Brandt", path: "/docs" }],
};

/** Answers that are not pages of their own. */
const messages: Screen[] = [
  { name: "not-found", as: "Noor Haddad", path: "/agents/agt_00000000000000000000000000" },
  { name: "not-found-anywhere", path: "/there/is/no/such/page" },
  { name: "forbidden", as: "Lena Vogel", path: "/agents/new" },
];

test("every page is looked at", () => {
  const pages = readdirSync(join(process.cwd(), "app"), { recursive: true })
    .map((file) => String(file).replaceAll("\\", "/"))
    .filter((file) => file.endsWith("/page.tsx"))
    .map((file) => file.slice(0, -"/page.tsx".length));
  expect(Object.keys(screens).sort()).toEqual(pages.sort());
});

const desk = { width: 1440, height: 900 };
const phone = { width: 360, height: 740 };

let endTurn: (() => Promise<void>) | undefined;
test.afterEach(async () => {
  await endTurn?.();
  endTurn = undefined;
});

for (const screen of [...Object.values(screens).flat(), ...messages]) {
  test(`${screen.name} is readable by everyone, in both themes, on a phone and on a desk`, async ({
    api,
    browser,
    origin,
  }, info) => {
    if (screen.draft) endTurn = await draftTurn(info);
    const path = typeof screen.path === "string" ? screen.path : await screen.path(api);
    const context = await signedIn(browser, origin, screen.as);
    const page = await context.newPage();
    const errors = await errorsOf(page, messages.includes(screen));
    await page.setViewportSize(desk);
    await visit(page, path);
    await loaded(page);
    await screen.first?.(page);
    for (const size of [desk, phone]) {
      await page.setViewportSize(size);
      await loaded(page);
      await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
      await page.evaluate(() => scrollTo(0, 0));
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.screenshot({
          path: `screenshots/${screen.name}-${colorScheme}-${size.width}.png`,
          fullPage: true,
          animations: "disabled",
        });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect.soft(wide, `sideways scrolling at ${size.width} px`).toBeLessThanOrEqual(0);
        expect.soft(await violations(page, colorScheme), `${colorScheme}, ${size.width} px`).toEqual([]);
      }
    }
    expect(errors).toEqual([]);
    await context.close();
  });
}

// ---- looking

/** Waits until the page stands where its skeleton was. */
async function loaded(page: Page): Promise<void> {
  await expect(page.locator("[data-skeleton]").filter({ visible: true })).toHaveCount(0);
  await expect(page.locator("h1").filter({ visible: true })).toHaveCount(1);
  await expect(page.locator("h1")).toHaveCount(1);
}

/** What the browser complains about: errors on the console, exceptions, and what the content security policy stopped. */
async function errorsOf(page: Page, refused: boolean): Promise<string[]> {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(`exception: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    // A page that is a refusal has its status in the console, and nothing else.
    if (refused && /the server responded with a status of 40[34]/.test(message.text())) return;
    errors.push(`${message.type()}: ${message.text()}`);
  });
  await page.exposeFunction("stoppedByPolicy", (what: string) => errors.push(`content security policy: ${what}`));
  await page.addInitScript(() =>
    addEventListener("securitypolicyviolation", (event) =>
      (window as unknown as { stoppedByPolicy(what: string): void }).stoppedByPolicy(
        `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`,
      ),
    ),
  );
  return errors;
}

const level = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const aboutColor = ["color-contrast", "link-in-text-block"];

/** Only colors differ between the themes. */
async function violations(page: Page, colorScheme: "light" | "dark"): Promise<string[]> {
  const axe = new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).setLegacyMode(true); // no page of ours has frames
  const found = await (colorScheme === "light" ? axe.withTags(level) : axe.withRules(aboutColor)).analyze();
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(" ")} (${node.failureSummary?.split("\n").at(-1)?.trim()})`),
  );
}

// ---- who looks

const sessions = new Map<Sample, Awaited<ReturnType<BrowserContext["storageState"]>>>();

/** Each person signs in once. */
async function signedIn(browser: Browser, baseURL: string, person: Sample | undefined): Promise<BrowserContext> {
  if (!person) return browser.newContext({ baseURL });
  const known = sessions.get(person);
  if (known) return browser.newContext({ baseURL, storageState: known });
  const context = await browser.newContext({ baseURL });
  const page = await context.newPage();
  await visit(page, "/sign-in");
  await page.getByRole("button", { name: person }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  await page.close();
  sessions.set(person, await context.storageState());
  return context;
}

// ---- what is looked at

type Items<Item> = { items: Item[] };

async function agentPath(api: Management, part = ""): Promise<string> {
  const { items } = await api.get<Items<{ id: string }>>("/agents?q=Invoice");
  return `/agents/${items[0]?.id}${part}`;
}

type PolicyDraft = {
  revision: number;
  content: { tiers: { key: string; effects: Record<string, { upTo?: string }[]> }[] };
};

/** A draft that lets T4 spend a little more alone. */
async function loosenedDraft(api: Management): Promise<number> {
  const { revision, content } = await api.get<PolicyDraft>("/policy/draft");
  const [band] = content.tiers.find(({ key }) => key === "T4")?.effects.financial ?? [];
  if (band) band.upTo = "5100.00";
  return (await api.put<PolicyDraft>("/policy/draft", { revision, content })).revision;
}

/** What waits for a second person, and waits on: nobody approves it. */
async function publicationPath(api: Management): Promise<string> {
  const { items } = await api.get<Items<{ id: string }>>("/policy/publications?status=awaiting_second_person");
  const [waiting] = items;
  if (waiting) return `/tiers/publications/${waiting.id}`;
  const note = "Invoices of up to 5,100 EUR are paid alone at T4";
  const { publication } = await api.post<{ publication: { id: string } }>("/policy/publish", {
    revision: await loosenedDraft(api),
    note,
  });
  return `/tiers/publications/${publication.id}`;
}

async function waitingRequest(api: Management): Promise<string> {
  const { items } = await api.get<Items<{ id: string; tool: string }>>("/approvals?status=pending");
  return (items.find((request) => request.tool === "payments.schedule") ?? items[0])?.id ?? "";
}

/** A card that somebody voted on. */
async function shownCard(api: Management): Promise<string> {
  const { items } = await api.get<Items<{ id: string }>>("/approvals?status=consumed&sort=-requestedAt");
  const id = items[0]?.id ?? "";
  const { votes } = await api.get<{ votes: { seenDigest: string }[] }>(`/approvals/${id}`);
  return `/inbox/${id}/shown/${votes[0]?.seenDigest.replace("sha256:", "")}`;
}

/** Brings the import to its review: a new tool, one whose schema loses a keyword, and one that is refused. */
async function readTools(page: Page): Promise<void> {
  const id = { type: "string", pattern: "^c[0-9]+$" };
  const document = {
    tools: [
      { name: "lookUpCustomer", description: "Finds a customer", annotations: { readOnlyHint: true } },
      {
        name: "refund",
        description: "Pays money back",
        inputSchema: { properties: { id, amount: { type: "number" } } },
      },
      { name: "löschen" },
    ],
  };
  await page.getByRole("textbox", { name: "Tools as JSON" }).fill(JSON.stringify(document));
  await page.getByRole("textbox", { name: "Source" }).fill("crm");
  await page.getByRole("textbox", { name: "Prefix" }).fill("crm.");
  await page.getByRole("button", { name: "Read document" }).click();
  await page.getByRole("button", { name: "Show details of crm.refund" }).click();
}

async function entryOf(api: Management, kind: string): Promise<string> {
  const { items } = await api.get<Items<{ id: string }>>(`/audit/entries?kind=${kind}&limit=1`);
  return items[0]?.id ?? "";
}

async function incidentPath(api: Management): Promise<string> {
  const { items } = await api.get<Items<{ id: string }>>("/incidents?status=all");
  return `/incidents/${items[0]?.id}`;
}

async function invite(api: Management): Promise<{ url: string }> {
  const email = `guest-${crypto.randomUUID()}@countersign.test`;
  const { invitation } = await api.post<{ invitation: { url: string } }>("/users", {
    name: "Wen Holt",
    email,
    roles: ["viewer"],
    groups: [],
  });
  return invitation;
}

async function fillIdentity(page: Page): Promise<void> {
  await page.getByRole("textbox", { name: "Name" }).fill("Shipping notices");
  await page.getByRole("textbox", { name: "Purpose" }).fill("Tells customers when their order leaves the warehouse.");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("radio", { name: /^T3/ })).toBeVisible();
}
