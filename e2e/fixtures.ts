import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import { type Runtime, runtime } from "@/e2e/runtime";
import { hire, type Management, management } from "@/scripts/replay/management";

/**
 * Who and what a test starts from. People are invited and come in through their one-time link, agents are registered over the management API:
 * nothing here goes around the program. Names are unique, so that tests share one installation.
 */

type TestPerson = { id: string; name: string; email: string; password: string; page: Page };
type PayingAgent = { id: string; name: string; runtime: Runtime };
type Standing = { roles: string[]; groups?: string[] };

type Fixtures = {
  /** Invites a person and signs them in, in a browser context of their own. */
  comesIn: (name: string, standing: Standing) => Promise<TestPerson>;
  /** Signs in as one of the sample people. */
  as: (name: string) => Promise<Page>;
  /** An active agent that may pay one supplier, up to 500 EUR alone; a sample person's unless somebody else owns it. */
  payingAgent: (owner?: { email: string }) => Promise<PayingAgent>;
};

type Installation = {
  origin: string;
  /** The management API, as an administrator that is nobody. */
  api: Management;
  /** A sanctioned tool that moves money. */
  paymentTool: string;
};

export const supplier = "DE89370400440532013000";

export const test = base.extend<Fixtures, Installation>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern to know what a fixture needs
  origin: [({}, use, { project }) => use(project.use.baseURL ?? ""), { scope: "worker" }],
  api: [
    ({ origin }, use) => use(management(origin, process.env.COUNTERSIGN_BOOTSTRAP_TOKEN ?? "")),
    { scope: "worker" },
  ],
  paymentTool: [
    async ({ api }, use, { parallelIndex }) => {
      const name = `treasury.transfer-${parallelIndex}`;
      await api.put(`/tools/${name}`, {
        description: "Transfers money to a supplier",
        effect: "financial",
        reversible: true,
        argumentRoles: { amount: "/amount", currency: "/currency", recipient: "/to" },
      });
      await use(name);
    },
    { scope: "worker" },
  ],

  comesIn: async ({ api, browser, origin }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (name, { roles, groups = [] }) => {
      const email = `${unique(name).toLowerCase().replaceAll(/\W+/g, ".")}@countersign.test`;
      const { id, invitation } = await api.post<{ id: string; invitation: { url: string } }>("/users", {
        name,
        email,
        roles,
        groups,
      });
      const context = await browser.newContext({ baseURL: origin });
      contexts.push(context);
      const page = await context.newPage();
      await visit(page, invitation.url);
      const password = crypto.randomUUID();
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Set password and sign in" }).click();
      await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
      await ready(page);
      return { id, name, email, password, page };
    });
    for (const context of contexts) await context.close();
  },

  as: async ({ browser, origin }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (name) => {
      const context = await browser.newContext({ baseURL: origin });
      contexts.push(context);
      const page = await context.newPage();
      await visit(page, "/sign-in");
      await page.getByRole("button", { name }).click();
      await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
      await ready(page);
      return page;
    });
    for (const context of contexts) await context.close();
  },

  payingAgent: async ({ api, origin, paymentTool }, use) => {
    await use(async (owner = { email: "milo.brandt@larkfield.example" }) => {
      const name = unique("Supplier payments");
      const { id, secret } = await hire(
        api,
        {
          name,
          purpose: "Pays supplier invoices that match a purchase order.",
          ownerEmail: owner.email,
          environment: "production",
          riskClass: "limited",
          tier: "T3",
          mandate: { tools: [paymentTool], recipients: [supplier] },
          version: { label: "1.0", model: "large-2", provider: "Example" },
        },
        "browser test",
      );
      return { id, name, runtime: runtime(origin, secret) };
    });
  },
});

/** Goes to a path and waits until the page answers to keys and clicks. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await ready(page);
}

/** A page that only shows what the server sent loses what is pressed. React leaves its mark on every element it has taken over. */
async function ready(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    Object.keys(document.querySelector("h1") ?? {}).some((name) => name.startsWith("__react")),
  );
}

/** A transfer to the supplier of `payingAgent`. */
export function transfer(tool: string, amount: string) {
  return {
    tool,
    arguments: { to: supplier, amount, currency: "EUR", reference: unique("INV") },
    reasoning: "The invoice is due today and matches its order.",
  };
}

/** A name that no other test uses. */
export function unique(text: string): string {
  return `${text} ${crypto.randomUUID().slice(0, 8)}`;
}

export { expect };
