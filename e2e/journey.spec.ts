import { expect, supplier, test, transfer, unique, visit } from "@/e2e/fixtures";
import { runtime } from "@/e2e/runtime";

test("an agent asks, a person in another browser approves, the agent acts once, and the log shows it", async ({
  comesIn,
  paymentTool,
  origin,
}) => {
  const owner = await comesIn("Robin Vale", { roles: ["owner"] });
  const approver = await comesIn("Imke Sand", { roles: ["approver"], groups: ["finance"] });
  const compliance = await comesIn("Noa Field", { roles: ["compliance"] });
  const name = unique("Invoice assistant");

  const key = await test.step("the owner registers an agent and copies its key", async () => {
    const { page } = owner;
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin });
    await page.getByRole("link", { name: "Agents" }).click();
    await page.getByRole("link", { name: "Register an agent" }).first().click();
    await page.getByRole("textbox", { name: "Name" }).fill(name);
    await page.getByRole("textbox", { name: "Purpose" }).fill("Pays supplier invoices that match a purchase order.");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("radio", { name: /^T3/ }).check();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("checkbox", { name: paymentTool }).check();
    await page.getByRole("textbox", { name: "Recipients" }).fill(supplier);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("textbox", { name: "Provider" }).fill("Example");
    await page.getByRole("textbox", { name: "Model" }).fill("large-2");
    await page.getByRole("button", { name: "Continue" }).click();
    await expect(page.getByText(supplier)).toBeVisible();
    await page.getByRole("button", { name: "Register agent" }).click();
    await page.getByRole("button", { name: "Issue credential" }).click();
    await page.getByRole("button", { name: "Copy key" }).click();
    const shown = await page.getByRole("textbox", { name: "Key" }).inputValue();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(shown);
    await page.getByRole("button", { name: "Activate agent" }).click();
    await expect(page.getByText("It may act within its mandate from now on.")).toBeVisible();
    await page.getByRole("link", { name: `Open ${name}` }).click();
    await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
    await expect(page.getByText(shown)).toHaveCount(0);
    return shown;
  });

  const agent = runtime(origin, key);
  const requests = approver.page.getByRole("group", { name: "Requests" });
  const { small, large, call, waiting } =
    await test.step("its runtime asks for more than it may do alone", async () => {
      await visit(approver.page, "/inbox");
      await expect(approver.page.getByText("Live", { exact: true })).toBeVisible();
      const small = await agent.ask(transfer(paymentTool, "450.00"));
      expect(small.outcome).toBe("allow");
      const call = transfer(paymentTool, "950.00");
      const large = await agent.ask(call);
      expect(large.outcome).toBe("approval_required");
      expect(large.reasons.map((reason) => reason.code)).toContain("tier.approval_threshold");
      return { small, large, call, waiting: agent.wait(large.id, 30) };
    });

  await test.step("the approver, already in the inbox, sees it appear, reads it, and approves it by keyboard", async () => {
    const { page } = approver;
    const row = requests.getByRole("row", { name: new RegExp(name) });
    const arrived = page.getByRole("button", { name: /new.*refresh the list/ });
    await expect(async () => {
      if (await arrived.isVisible()) {
        await arrived.focus();
        await page.keyboard.press("Enter");
      }
      await expect(row).toBeVisible({ timeout: 1000 });
    }).toPass({ timeout: 10_000 });
    await row.getByRole("link").first().focus();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1, name: paymentTool })).toBeVisible();
    const shown = page.getByRole("group", { name: `Arguments of ${paymentTool}` });
    await expect(shown).toContainText('"amount": "950.00"');
    await expect(shown).toContainText(`"to": "${supplier}"`);
    await expect(shown).toContainText(call.arguments.reference);
    await expect(page.getByText("Nothing like it was approved for this agent before")).toBeVisible();
    await page.getByRole("textbox", { name: "Ask the owner" }).fill("Is this the order of last week?");
    await page.getByRole("button", { name: "Send question" }).click();
    await expect(page.getByRole("listitem").filter({ hasText: "Is this the order of last week?" })).toBeVisible();
    await page.keyboard.press("a");
    const dialog = page.getByRole("dialog", { name: "Approve this request?" });
    await expect(dialog.getByRole("textbox", { name: "Comment" })).toBeFocused();
    await page.keyboard.type("Matches the order, checked with purchasing");
    await page.keyboard.press("Enter");
    await expect(page.getByText(`Approved: ${paymentTool}`)).toBeVisible();
  });

  await test.step("the runtime's long poll answers, and what was approved runs once", async () => {
    expect((await waiting).approval).toMatchObject({ id: large.approval?.id, status: "approved" });
    const approvalId = large.approval?.id ?? "";
    const changed = { ...call, arguments: { ...call.arguments, amount: "951.00" } };
    expect((await agent.ask({ ...changed, approvalId })).outcome).toBe("deny");
    expect((await agent.ask({ ...call, approvalId })).outcome).toBe("allow");
    const again = await agent.ask({ ...call, approvalId });
    expect(again.outcome).toBe("deny");
    expect(again.reasons[0]?.code).toBe("approval_consumed");
  });

  await test.step("compliance finds the decision, opens it, and its lane verifies", async () => {
    const { page } = compliance;
    await page.getByRole("link", { name: "Audit log" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Audit log" })).toBeVisible();
    await page.getByRole("combobox", { name: "Agent" }).selectOption({ label: name });
    await page.getByRole("combobox", { name: "Outcome" }).selectOption({ label: "Approval required" });
    const entry = page.getByRole("group", { name: "Entries" }).getByRole("link", { name: paymentTool });
    await expect(entry).toHaveCount(1);
    await entry.click();
    await expect(page).toHaveURL(new RegExp(`/decisions/${large.id}`));
    await page.getByRole("button", { name: "Show content" }).click();
    await expect(page.getByRole("group", { name: "Arguments", exact: true })).toContainText('"amount": "950.00"');
    await expect(page.getByText("The invoice is due today and matches its order.")).toBeVisible();
    await expect(
      page.getByText("950.00 EUR is above the 500.00 EUR that T3 lets this agent spend alone"),
    ).toBeVisible();
    await page.getByRole("button", { name: "Check this lane" }).click();
    await expect(page.getByText("Every hash, link and number fits, from the first entry to the head.")).toBeVisible();
    // The newest checkpoint covers it about a second after it was written.
    await expect(async () => {
      await page.getByRole("button", { name: "Verify this entry" }).click();
      await expect(page.getByText(/hashes lead from the entry to the root of the checkpoint/)).toBeVisible();
    }).toPass();
    await expect(page.getByRole("img", { name: /^Path of \d+ hashes from leaf/ })).toBeVisible();
  });

  await test.step("the owner sees what was decided, and by whom", async () => {
    const { page } = owner;
    await visit(page, `/decisions/${small.id}`);
    await expect(page.getByRole("heading", { level: 1, name: paymentTool })).toBeVisible();
    await visit(page, `/inbox/${large.approval?.id}`);
    await expect(page.getByText("Matches the order, checked with purchasing")).toBeVisible();
    await expect(page.getByText(approver.name).first()).toBeVisible();
  });
});

test("nobody decides about their own agent, and the page says why", async ({ comesIn, payingAgent, paymentTool }) => {
  const both = await comesIn("Sanna Reed", { roles: ["owner", "approver"], groups: ["finance"] });
  const agent = await payingAgent(both);
  const { approval } = await agent.runtime.ask(transfer(paymentTool, "800.00"));
  await visit(both.page, `/inbox/${approval?.id}`);
  await expect(both.page.getByText("You own or back up this agent, so somebody else has to decide.")).toBeVisible();
  await expect(both.page.getByRole("button", { name: /Approve/ })).toHaveCount(0);
  await both.page.keyboard.press("a");
  await expect(both.page.getByRole("dialog")).toHaveCount(0);
});

test("a suspended agent is refused from its next call on", async ({ comesIn, payingAgent, paymentTool }) => {
  const owner = await comesIn("Tomas Lind", { roles: ["owner"] });
  const agent = await payingAgent(owner);
  expect((await agent.runtime.ask(transfer(paymentTool, "20.00"))).outcome).toBe("allow");
  await visit(owner.page, `/agents/${agent.id}`);
  await owner.page.getByRole("button", { name: "Suspend…" }).click();
  const dialog = owner.page.getByRole("alertdialog", { name: "Suspend agent?" });
  await expect(dialog).toContainText(agent.name);
  await dialog.getByRole("textbox", { name: "Reason" }).fill("Payments look odd");
  await dialog.getByRole("button", { name: "Suspend", exact: true }).click();
  await expect(owner.page.getByText(`${agent.name} is suspended`)).toBeVisible();
  const refused = await agent.runtime.ask(transfer(paymentTool, "20.00"));
  expect(refused.outcome).toBe("deny");
  expect(refused.reasons[0]?.code).toBe("agent.suspended");
});

test("a deactivated person is out at once, in every browser they had open", async ({ comesIn }) => {
  const admin = await comesIn("Ava Stone", { roles: ["admin"] });
  const leaver = await comesIn("Leo Marsh", { roles: ["compliance"] });
  await visit(admin.page, `/settings/people?q=${encodeURIComponent(leaver.email)}`);
  await admin.page.getByRole("button", { name: `Actions for ${leaver.name}` }).click();
  await admin.page.getByRole("menuitem", { name: "Deactivate…" }).click();
  const dialog = admin.page.getByRole("alertdialog", { name: "Deactivate person?" });
  await dialog.getByRole("textbox", { name: "Reason" }).fill("Left the company");
  await dialog.getByRole("button", { name: "Deactivate", exact: true }).click();
  await expect(admin.page.getByText(`${leaver.name} is deactivated`)).toBeVisible();
  await leaver.page.getByRole("link", { name: "Audit log" }).click();
  await expect(leaver.page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
  await visit(leaver.page, "/audit");
  await expect(leaver.page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
});
