import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { AxeBuilder } from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";
import pg from "pg";
import { visit } from "@/e2e/fixtures";

/** A new installation in production mode: the way in, and what every screen says while there is nothing. */

type Installation = { origin: string; firstLink: string; databaseUrl: string };

const test = base.extend<object, { installation: Installation; administrator: Page }>({
  installation: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern to know what a fixture needs
    async ({}, use) => {
      const port = await freePort();
      const child = spawn(process.execPath, ["scripts/run.mjs", "e2e/empty-installation.ts", String(port)], {
        stdio: ["ignore", "pipe", "pipe"],
      });
      const printed = await untilPrinted(child, /First administrator: open (\S+)/);
      const firstLink = /First administrator: open (\S+)/.exec(printed)?.[1] ?? "";
      const databaseUrl = /^database (\S+)/m.exec(printed)?.[1] ?? "";
      await use({ origin: `http://localhost:${port}`, firstLink, databaseUrl });
      const ended = new Promise((settle) => child.once("exit", settle));
      child.kill("SIGTERM");
      await ended;
    },
    { scope: "worker", timeout: 120_000 },
  ],
  administrator: [
    async ({ browser, installation }, use) => {
      const context = await browser.newContext({
        baseURL: installation.origin,
        viewport: { width: 1440, height: 900 },
      });
      const page = await context.newPage();
      await visit(page, installation.firstLink);
      await page.getByRole("textbox", { name: "Name" }).fill("Mira Sol");
      await page.getByRole("textbox", { name: "Email" }).fill("mira@example.com");
      await page.getByLabel("Password").fill("four unrelated words here");
      await page.getByRole("button", { name: "Create account and sign in" }).click();
      await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
      await use(page);
      await context.close();
    },
    { scope: "worker" },
  ],
});

test.describe.configure({ mode: "default" }); // all on one installation

test("the first administrator comes in with the link that the server prints, once", async ({
  administrator,
  installation,
  browser,
}) => {
  await expect(administrator.getByRole("button", { name: "Account: Mira Sol" })).toBeVisible();
  await expect(administrator.getByText("Evaluation mode")).toHaveCount(0);
  const stranger = await (await browser.newContext({ baseURL: installation.origin })).newPage();
  await stranger.goto(installation.firstLink);
  await expect(stranger.getByText("This link cannot be used")).toHaveCount(2);
  await stranger.goto("/sign-in");
  await expect(stranger.getByText("sample person")).toHaveCount(0);
  await stranger.context().close();
});

const empties = [
  { name: "overview", path: "/", says: /No decisions|Register an agent|yet/ },
  { name: "inbox", path: "/inbox", says: "Nothing waits for a person" },
  { name: "agents", path: "/agents", says: "No agents yet" },
  { name: "tools", path: "/tools", says: "The catalogue is empty" },
  { name: "tiers", path: "/tiers", says: "Guardrails" },
  { name: "audit", path: "/audit?kind=decision", says: "No entries match these filters" },
  { name: "incidents", path: "/incidents", says: /No .*incidents/i },
  { name: "people", path: "/settings/people", says: "mira@example.com" },
  { name: "groups", path: "/settings/groups", says: /No groups|Finance/ },
  { name: "tokens", path: "/settings/tokens", says: /No .*tokens/i },
  { name: "agent-new", path: "/agents/new", says: "What it does, for whom, and what it must not do." },
];

for (const { name, path, says } of empties) {
  test(`${name} says what to do while there is nothing`, async ({ administrator: page }) => {
    await page.goto(path);
    await expect(page.locator("h1")).toHaveCount(1);
    await expect(page.getByText(says).first()).toBeVisible();
    await expect(page.locator("[data-skeleton]").filter({ visible: true })).toHaveCount(0);
    for (const width of [1440, 360]) {
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: `screenshots/empty-${name}-light-${width}.png`, fullPage: true });
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([]);
  });
}

test("while the database is away pages say so, and come back without being restarted", async ({
  administrator: page,
  installation,
}) => {
  await visit(page, "/agents");
  const admin = new pg.Client({ connectionString: installation.databaseUrl });
  await admin.connect();
  try {
    await admin.query("ALTER DATABASE countersign ALLOW_CONNECTIONS false");
    await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'countersign'");
    await page.getByRole("link", { name: "Tools" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("This page could not be loaded");
    await expect(page.getByText("Nothing was changed.")).toBeVisible();
    await page.screenshot({ path: "screenshots/failed-light-1440.png", fullPage: true });
    await admin.query("ALTER DATABASE countersign ALLOW_CONNECTIONS true");
    await expect(async () => {
      await page.getByRole("button", { name: "Try again" }).click();
      await expect(page.getByRole("heading", { level: 1, name: "Tools" })).toBeVisible({ timeout: 2000 });
    }).toPass();
  } finally {
    await admin.query("ALTER DATABASE countersign ALLOW_CONNECTIONS true");
    await admin.end();
  }
});

function untilPrinted(child: ChildProcess, wanted: RegExp): Promise<string> {
  return new Promise((settle, fail) => {
    let printed = "";
    const read = (chunk: Buffer) => {
      printed += chunk;
      if (wanted.test(printed)) settle(printed);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("exit", () => fail(new Error(`the empty installation did not start:\n${printed}`)));
  });
}

function freePort(): Promise<number> {
  return new Promise((settle) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => settle(typeof address === "object" && address ? address.port : 0));
    });
  });
}
