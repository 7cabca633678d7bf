import { expect, test, transfer, visit } from "@/e2e/fixtures";

test("Ctrl+K opens the palette, finds by name, goes there, and Escape hands the focus back", async ({ as }) => {
  const page = await as("Ada Holm");
  const trigger = page.getByRole("button", { name: /^Search or go to/ });
  await trigger.focus();
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Search or go to" });
  await expect(palette.getByRole("combobox")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(palette).toHaveCount(0);
  await expect(trigger).toBeFocused();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("payments.schedule");
  await expect(palette.getByRole("option", { name: /payments\.schedule/ })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "payments.schedule" })).toBeVisible();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("tiers");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Tiers" })).toBeVisible();
});

test("j and k move along the inbox, Enter opens, and no single key decides", async ({
  as,
  payingAgent,
  paymentTool,
}) => {
  const page = await as("Hanna Weiss");
  const agent = await payingAgent();
  const ids: string[] = [];
  for (const amount of ["610.00", "620.00"])
    ids.push((await agent.runtime.ask(transfer(paymentTool, amount))).approval?.id ?? "");

  await visit(page, `/inbox?agent=${agent.id}&sort=amount`);
  const rows = page.getByRole("group", { name: "Requests" }).getByRole("link", { name: paymentTool });
  await expect(rows).toHaveCount(2);
  await rows.first().focus();
  await page.keyboard.press("j");
  await expect(rows.last()).toBeFocused();
  await page.keyboard.press("k");
  await expect(rows.first()).toBeFocused();
  for (const key of ["a", "d", "y"]) await page.keyboard.press(key);
  await expect(page.getByRole("dialog")).toHaveCount(0);

  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/inbox/${ids[0]}`));
  await expect(page.getByRole("button", { name: /^Approve/ })).toBeVisible();
  const dialog = page.getByRole("dialog");
  for (const [key, title] of [
    ["a", "Approve this request?"],
    ["d", "Deny this request?"],
  ] as const) {
    await page.keyboard.press(key);
    await expect(dialog.getByRole("heading", { name: title })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
  }
  // The same letter twice types into the comment; it does not confirm.
  await page.keyboard.press("a");
  await expect(dialog.getByRole("textbox", { name: "Comment" })).toBeFocused();
  await page.keyboard.press("a");
  await expect(dialog.getByRole("textbox", { name: "Comment" })).toHaveValue("a");
  await page.keyboard.press("Escape");

  // A denial without a reason is not taken.
  await page.keyboard.press("d");
  await expect(dialog.getByRole("textbox", { name: "Reason" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(dialog.getByText("Say why you deny it.")).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await expect(page).toHaveURL(new RegExp(`/inbox/${ids[1]}`));
  await expect(page.getByText("0 of 1", { exact: true })).toBeVisible();
});

test("a dialog opened by a button hands the focus back to it", async ({ as, payingAgent, paymentTool }) => {
  const page = await as("Hanna Weiss");
  const agent = await payingAgent();
  const { approval } = await agent.runtime.ask(transfer(paymentTool, "700.00"));
  await visit(page, `/inbox/${approval?.id}`);
  const deny = page.getByRole("button", { name: /^Deny/ });
  await deny.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Deny this request?" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(deny).toBeFocused();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(deny).toBeFocused();
});

test("a dialog opened from a menu hands the focus back to the menu's button", async ({ as }) => {
  const page = await as("Ada Holm");
  await visit(page, "/settings/people?q=lena.vogel");
  const menu = page.getByRole("button", { name: "Actions for Lena Vogel" });
  await menu.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Deactivate…" }).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("alertdialog", { name: "Deactivate person?" });
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(menu).toBeFocused();
});

test("single keys can be switched off", async ({ as }) => {
  const page = await as("Hanna Weiss");
  await visit(page, "/inbox");
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox", { name: "Search requests" })).toBeFocused();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
  await page.getByRole("switch", { name: "Single-key shortcuts" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox", { name: "Search requests" })).not.toBeFocused();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog", { name: "Search or go to" })).toBeVisible();
});
