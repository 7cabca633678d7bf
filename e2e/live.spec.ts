import { expect, test, transfer, visit } from "@/e2e/fixtures";

test("an inbox that cannot be read anew keeps its rows, says how old they are, and recovers", async ({
  as,
  payingAgent,
  paymentTool,
}) => {
  const page = await as("Hanna Weiss");
  const agent = await payingAgent();
  await agent.runtime.ask(transfer(paymentTool, "610.00"));
  await visit(page, `/inbox?agent=${agent.id}`);
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  const rows = page.getByRole("group", { name: "Requests" }).getByRole("link", { name: paymentTool });
  await expect(rows).toHaveCount(1);

  await page.route("**/api/console/approvals*", (route) => route.abort());
  await agent.runtime.ask(transfer(paymentTool, "620.00"));
  await expect(page.getByText("Not up to date")).toBeVisible();
  await expect(rows).toHaveCount(1);

  await page.unroute("**/api/console/approvals*");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("Not up to date")).toHaveCount(0);
  // What is new waits until the person asks for it.
  await expect(rows).toHaveCount(1);
  await page.getByRole("button", { name: "1 new: refresh the list" }).click();
  await expect(rows).toHaveCount(2);
});

test("a request that somebody else decides leaves the list without moving it", async ({
  as,
  payingAgent,
  paymentTool,
}) => {
  const one = await as("Hanna Weiss");
  const other = await as("Oskar Nyman");
  const agent = await payingAgent();
  const { id } = await agent.runtime.ask(transfer(paymentTool, "630.00"));
  const waiting = agent.runtime.wait(id, 30);
  await visit(one, `/inbox?agent=${agent.id}`);
  await expect(one.getByText("Live", { exact: true })).toBeVisible();

  await visit(other, `/inbox?agent=${agent.id}`);
  await other.getByRole("link", { name: paymentTool }).click();
  await other.getByRole("button", { name: /^Deny/ }).click();
  await other.getByRole("textbox", { name: "Reason" }).fill("The order was cancelled");
  await other.getByRole("dialog").getByRole("button", { name: "Deny", exact: true }).click();
  await expect(other.getByText(`Denied: ${paymentTool}`)).toBeVisible();
  expect((await waiting).approval?.status).toBe("denied");

  await expect(one.getByRole("cell", { name: "No longer here" })).toBeVisible();
  await one.getByRole("button", { name: "1 no longer here: refresh the list" }).click();
  await expect(one.getByText("No requests match these filters")).toBeVisible();
});
