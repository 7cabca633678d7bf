import { expect, test, transfer, visit } from "@/e2e/fixtures";

test("T30 five requests are chosen by keyboard, shown, and decided together; one grave request among them refuses all", async ({
  api,
  as,
  payingAgent,
  paymentTool,
}, info) => {
  const page = await as("Hanna Weiss");
  const agent = await payingAgent();
  const ids: string[] = [];
  for (const amount of ["610.00", "620.00", "630.00", "640.00", "650.00", "4900.00"])
    ids.push((await agent.runtime.ask(transfer(paymentTool, amount))).approval?.id ?? "");
  const statuses = async () => {
    const read = await Promise.all(ids.map((id) => api.get<{ status: string }>(`/approvals/${id}`)));
    return read.map(({ status }) => status);
  };

  await visit(page, `/inbox?agent=${agent.id}&sort=amount`);
  const rows = page.getByRole("group", { name: "Requests" }).getByRole("link", { name: paymentTool });
  await expect(rows).toHaveCount(6);
  await rows.first().focus();
  await page.keyboard.press("x");
  for (let down = 0; down < 5; down++) await page.keyboard.press("j");
  await page.keyboard.press("Shift+X");
  await expect(page.getByText("6 selected", { exact: true }).filter({ visible: true }).first()).toBeVisible();
  expect(await statuses()).toEqual(Array(6).fill("pending"));

  // The grave one refuses all of them, and says why.
  await page.keyboard.press("b");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("heading", { name: "These are not decided together" })).toBeVisible();
  await expect(dialog.getByText(/decided by itself/)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  expect(await statuses()).toEqual(Array(6).fill("pending"));
  await rows.last().focus();
  await page.keyboard.press("x");

  await page.keyboard.press("b");
  await expect(dialog.getByRole("heading", { name: "Review 5 requests together" })).toBeVisible();
  for (const amount of ["610.00", "620.00", "630.00", "640.00", "650.00"])
    await expect(dialog.getByRole("listitem").filter({ hasText: amount })).toHaveCount(1);
  await page.screenshot({ path: info.outputPath("batch.png") });

  // Neither Enter nor a wrong count decides.
  const count = dialog.getByRole("textbox", { name: "How many requests do you decide?" });
  await dialog.getByRole("radio", { name: /^Approve/ }).focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Matches the invoices of this week.");
  await page.keyboard.press("Tab");
  await expect(count).toBeFocused();
  await page.keyboard.type("6");
  await page.keyboard.press("Enter");
  await expect(dialog.getByText("Type 5, the number of requests above.")).toBeVisible();
  expect(await statuses()).toEqual(Array(6).fill("pending"));

  await page.keyboard.press("Backspace");
  await page.keyboard.type("5");
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("heading", { name: "5 votes recorded" })).toBeVisible();
  await expect(dialog.getByRole("listitem").filter({ hasText: "Approved" })).toHaveCount(5);
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  expect(await statuses()).toEqual([...Array(5).fill("approved"), "pending"]);
});

test("similar requests stand together, unfold by key, and are chosen together", async ({
  as,
  payingAgent,
  paymentTool,
}) => {
  const page = await as("Hanna Weiss");
  const agent = await payingAgent();
  for (const amount of ["610.00", "620.00", "630.00"]) await agent.runtime.ask(transfer(paymentTool, amount));

  await visit(page, `/inbox?agent=${agent.id}&sort=amount`);
  const list = page.getByRole("group", { name: "Requests" });
  const requests = list.getByRole("link", { name: paymentTool });
  await expect(requests).toHaveCount(3);
  await page.getByRole("switch", { name: "Group similar" }).check();
  const group = list.getByRole("button", { name: `3 × ${paymentTool}` });
  await expect(group).toHaveAttribute("aria-expanded", "false");
  await expect(requests).toHaveCount(0);

  await group.focus();
  await page.keyboard.press("Enter");
  await expect(requests).toHaveCount(3);
  await page.keyboard.press("j");
  await expect(requests.first()).toBeFocused();
  await page.keyboard.press("x");
  await expect(list.getByRole("checkbox", { checked: true })).toHaveCount(1);
  await page.keyboard.press("k");
  await expect(group).toBeFocused();
  await page.keyboard.press("x");
  await expect(list.getByRole("checkbox", { checked: true })).toHaveCount(4);
  await expect(page.getByRole("button", { name: /^Review 3 together/ })).toBeEnabled();

  // The choice of the list is kept in this browser.
  await page.reload();
  await expect(group).toBeVisible();
  await expect(list.getByRole("checkbox", { checked: true })).toHaveCount(0);
});
