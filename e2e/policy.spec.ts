import type { Page } from "@playwright/test";
import { draftTurn } from "@/e2e/draft-turn";
import { expect, supplier, test, transfer, unique, visit } from "@/e2e/fixtures";
import { runtime } from "@/e2e/runtime";
import { hire } from "@/scripts/replay/management";

let endTurn: () => Promise<void>;
test.beforeEach(async ({ api }, info) => {
  endTurn = await draftTurn(info);
  await api.delete("/policy/draft").catch(() => {}); // what an earlier test left
});
test.afterEach(() => endTurn());

type Version = { number: number; hash: string; content: { tiers: unknown; guardrails: unknown } };

test("what loosens takes a second person; the next decision is made under it, and a rollback restores what was", async ({
  api,
  comesIn,
  origin,
}) => {
  const author = await comesIn("Alva Rand", { roles: ["admin"] });
  const second = await comesIn("Tomas Kern", { roles: ["admin"] });
  const tool = `treasury.settle-${crypto.randomUUID().slice(0, 8)}`;
  await api.put(`/tools/${tool}`, {
    description: "Settles an invoice",
    effect: "financial",
    reversible: true,
    argumentRoles: { amount: "/amount", currency: "/currency", recipient: "/to" },
  });
  const name = unique("Settlements");
  const { secret } = await hire(
    api,
    {
      name,
      purpose: "Settles invoices that match a purchase order.",
      ownerEmail: "milo.brandt@larkfield.example",
      environment: "production",
      riskClass: "limited",
      tier: "T3",
      mandate: { tools: [tool], recipients: [supplier] },
      version: { label: "1.0", model: "large-2", provider: "Example" },
    },
    "browser test",
  );
  const agent = runtime(origin, secret);
  const before = await api.get<Version>("/policy");
  const { page } = author;
  const note = unique("Invoices are settled on their own up to 700 EUR");

  await test.step("the author gives the tool bands of its own and drags the threshold", async () => {
    await visit(page, "/tiers");
    await page.getByRole("link", { name: /Edit policy|Go on with the draft/ }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Edit policy" })).toBeVisible();
    await page.getByRole("button", { name: "Add a tool" }).click();
    await page.getByRole("combobox", { name: "Tier" }).selectOption("T3");
    await page.getByRole("combobox", { name: "Tool" }).click();
    await page.getByPlaceholder("Find tools").fill(tool);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Edit its bands" }).click();
    const cell = page.getByRole("dialog", { name: `T3: ${tool}` });
    const threshold = cell.getByRole("slider", { name: "Threshold of band 1" });
    await expect(threshold).toHaveAttribute("aria-valuetext", "500 EUR");
    await threshold.hover();
    const { x = 0, y = 0, width = 0, height = 0 } = (await threshold.boundingBox()) ?? {};
    await page.mouse.down();
    await page.mouse.move(x + width / 2 + 60, y + height / 2, { steps: 6 });
    await page.mouse.up();
    expect(Number(await threshold.getAttribute("aria-valuenow"))).toBeGreaterThan(500);
    await page.keyboard.press("Control+z");
    await expect(threshold, "one drag is one step").toHaveAttribute("aria-valuetext", "500 EUR");
  });

  await test.step("the same by keyboard: arrows, pages, and the exact amount typed", async () => {
    const cell = page.getByRole("dialog", { name: `T3: ${tool}` });
    const threshold = cell.getByRole("slider", { name: "Threshold of band 1" });
    await threshold.focus();
    await page.keyboard.press("ArrowRight");
    await expect(threshold).toHaveAttribute("aria-valuetext", "510 EUR");
    await page.keyboard.press("PageUp");
    await expect(threshold).toHaveAttribute("aria-valuetext", "1,000 EUR");
    await page.keyboard.press("PageDown");
    await expect(threshold).toHaveAttribute("aria-valuetext", "500 EUR");
    await cell.getByRole("textbox", { name: "Band 1 up to" }).fill("700.00");
    await expect(threshold).toHaveAttribute("aria-valuetext", "700 EUR");
    await expect(cell.getByText(/^Up to 700 EUR alone when/)).toBeVisible();
    await cell.getByRole("combobox", { name: "Agent" }).click();
    await page.getByPlaceholder("Find agents").fill(name);
    await page.keyboard.press("Enter");
    await expect(cell.getByText(/^Alone up to 700 EUR; up to/)).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("status").filter({ hasText: /^Saved \d\d:\d\d:\d\d UTC$/ })).toBeVisible();
  });

  await test.step("reviews what changes, with its forecast, and can only ask for it", async () => {
    await page.getByRole("button", { name: "Review and publish" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Review and publish" })).toBeVisible();
    await expect(page.getByRole("region", { name: "Loosens" })).toContainText(tool);
    await expect(page.getByRole("heading", { name: "Forecast" })).toBeVisible();
    await expect(page.getByRole("heading", { name: "Approvals asked for per day" })).toBeVisible({ timeout: 60_000 });
    await page.getByRole("textbox", { name: "Why" }).fill(note);
    await page.getByRole("button", { name: "Ask a second person" }).click();
    await expect(page.getByRole("heading", { level: 1, name: note })).toBeVisible();
    await expect(page.getByRole("note").filter({ hasText: "Waiting for a second person" })).toContainText(second.name);
    await expect(page.getByRole("button", { name: /^Approve/ })).toHaveCount(0);
  });

  const waiting = await agent.ask(transfer(tool, "650.00"));
  expect(waiting.outcome).toBe("approval_required");
  expect(waiting.policyHash).toBe((await api.get<Version>("/policy")).hash);

  await test.step("the second person reads the same difference and publishes it", async () => {
    await visit(second.page, "/tiers");
    await second.page.getByRole("link", { name: note }).first().click();
    await expect(second.page.getByRole("region", { name: "Loosens" })).toContainText(tool);
    await second.page.getByRole("button", { name: "Approve and publish" }).click();
    const dialog = second.page.getByRole("alertdialog", { name: "Publish this change?" });
    await expect(dialog).toContainText(note);
    await dialog.getByRole("button", { name: "Approve and publish" }).click();
    await expect(second.page.getByText(/^Version \d+ is in force$/)).toBeVisible();
  });

  const published = await api.get<Version>("/policy");
  expect(published.hash).not.toBe(waiting.policyHash);
  const alone = await agent.ask(transfer(tool, "650.00"));
  expect(alone.outcome).toBe("allow");
  expect(alone.policyHash).toBe(published.hash);

  await test.step("a rollback only tightens, so one person does it at once", async () => {
    await visit(page, `/tiers/versions/${before.number}`);
    await expect(page.getByRole("region", { name: "Tightens" })).toContainText(tool);
    await page.getByRole("textbox", { name: "Why" }).fill(unique("Back to what it was"));
    await page.getByRole("button", { name: "Roll back" }).click();
    await expect(page.getByText(/^Version \d+ is in force$/)).toBeVisible();
  });

  const restored = await api.get<Version>("/policy");
  expect(restored.number).toBeGreaterThan(published.number);
  expect(restored.content.tiers).toEqual(before.content.tiers);
  expect(restored.content.guardrails).toEqual(before.content.guardrails);
  const asked = await agent.ask(transfer(tool, "650.00"));
  expect(asked.outcome).toBe("approval_required");
  expect(asked.policyHash).toBe(restored.hash);
});

test("two people edit at once: other cells merge by themselves, the same cell is chosen, and nothing is overwritten", async ({
  comesIn,
  api,
}) => {
  const one = await comesIn("Ines Falk", { roles: ["admin"] });
  const other = await comesIn("Oskar Lind", { roles: ["admin"] });
  for (const { page } of [one, other]) await visit(page, "/tiers/edit");

  await test.step("while one is cut off, both change, one of the cells both", async () => {
    await other.page.context().setOffline(true);
    await say(one.page, "T1, admin", "Approval");
    await say(one.page, "T1, code", "Approval");
    await saved(one.page);
    await say(other.page, "T1, admin", "Alone");
    await say(other.page, "T0, write", "Approval");
    await expect(other.page.getByText(/^Not saved:/)).toBeVisible();
  });

  await test.step("back again, the cell both changed is chosen, and the others are merged", async () => {
    await other.page.context().setOffline(false);
    const dialog = other.page.getByRole("dialog", { name: "Ines Falk changed the same cell" });
    await expect(dialog).toBeVisible({ timeout: 30_000 });
    await dialog.getByRole("button", { name: "Keep what is chosen" }).click();
    await expect(dialog.getByText("Choose one.")).toBeVisible();
    await dialog.getByRole("radio", { name: /^Mine/ }).check();
    await dialog.getByRole("button", { name: "Keep what is chosen" }).click();
    await saved(other.page);
    await expect(other.page.getByRole("button", { name: "3 changes" })).toBeVisible();
    expect(await effects(api)).toEqual({ admin: ["allow"], code: ["approval"], write: ["approval"] });
  });

  await test.step("undo takes back one's own change and leaves the other person's", async () => {
    await other.page.getByRole("heading", { level: 1 }).click();
    await other.page.keyboard.press("Control+z");
    await expect(other.page.getByRole("button", { name: "2 changes" })).toBeVisible();
    await saved(other.page);
    expect(await effects(api)).toEqual({ admin: ["allow"], code: ["approval"], write: ["deny"] });
  });

  await test.step("discarding asks, and leaves the policy in force", async () => {
    await other.page.getByRole("button", { name: "Discard" }).click();
    await other.page
      .getByRole("alertdialog", { name: "Discard the draft?" })
      .getByRole("button", { name: "Discard draft" })
      .click();
    await expect(other.page.getByText("Draft discarded")).toBeVisible();
    await expect(other.page.getByText("No changes")).toBeVisible();
  });
});

test("a cell opens by Enter, hands the focus back, and no single key changes anything outside it", async ({
  comesIn,
}) => {
  const { page } = await comesIn("Lea Brandt", { roles: ["admin"] });
  await visit(page, "/tiers/edit");
  const changes = page.getByRole("button", { name: "Undo" });
  const cell = page.getByRole("button", { name: /^T3, financial/ }).first();
  await cell.focus();
  for (const key of ["Delete", "Backspace", "a", "d", "z", "1"]) await page.keyboard.press(key);
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(changes, "there is nothing to take back").toHaveAttribute("aria-disabled", "true");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("button", { name: /^T3, destructive/ }).first()).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "T3: move money" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(cell).toBeFocused();
});

test("readers see the policy and its publications, and no way to change them", async ({ as }) => {
  const page = await as("Lena Vogel");
  await visit(page, "/tiers");
  await expect(page.getByRole("link", { name: /Edit policy/ })).toHaveCount(0);
  await visit(page, "/tiers/edit");
  await expect(page.getByRole("heading", { level: 1, name: "Edit policy" })).toHaveCount(0);
});

/** Opens a cell of one band and says something else in it. */
async function say(page: Page, cell: string, effect: string): Promise<void> {
  await page
    .getByRole("button", { name: new RegExp(`^${cell}`) })
    .first()
    .click();
  const dialog = page.getByRole("dialog");
  await dialog
    .getByRole("group", { name: "What band 1 says" })
    .getByRole("radio", { name: effect, exact: true })
    .check();
  await dialog.getByRole("button", { name: "Done" }).click();
}

async function saved(page: Page): Promise<void> {
  await expect(page.getByRole("status").filter({ hasText: /^Saved \d/ })).toBeVisible();
}

type Draft = { content: { tiers: { key: string; effects: Record<string, { then: unknown }[]> }[] } };

/** What the saved draft says in the cells that the two people change. */
async function effects(api: { get<T>(path: string): Promise<T> }): Promise<Record<string, unknown[]>> {
  const { content } = await api.get<Draft>("/policy/draft");
  const of = (tier: string, effect: string) =>
    content.tiers
      .find(({ key }) => key === tier)
      ?.effects[effect]?.map(({ then }) => (typeof then === "object" ? "approval" : then)) ?? [];
  return { admin: of("T1", "admin"), code: of("T1", "code"), write: of("T0", "write") };
}
