import { expect, test, unique, visit } from "@/e2e/fixtures";
import { runtime } from "@/e2e/runtime";
import { hire } from "@/scripts/replay/management";

test("tools of a server are read, one is sanctioned and allowed; when it changes there it is held until somebody answers", async ({
  api,
  as,
  origin,
}) => {
  const page = await as("Ada Holm");
  const prefix = `${unique("crm").toLowerCase().replaceAll(" ", "-")}.`;
  const name = `${prefix}look_up`;
  const lookUp = {
    name: "lookUp",
    description: "Finds a customer",
    inputSchema: { type: "object", properties: { id: { type: "string", pattern: "^c[0-9]+$" } } },
    annotations: { readOnlyHint: true },
  };
  const erase = { name: "erase", description: "Erases a customer" };

  await test.step("an administrator reads the server's list, and sanctions one tool of two", async () => {
    await page.getByRole("link", { name: "Tools", exact: true }).click();
    await page.getByRole("link", { name: "Import tools" }).click();
    await page.getByRole("textbox", { name: "Tools as JSON" }).fill("{ tools: [");
    await page.getByRole("button", { name: "Read document" }).click();
    await expect(page.getByText("This is not JSON.")).toBeVisible();
    await page.getByRole("textbox", { name: "Tools as JSON" }).fill(JSON.stringify({ tools: [lookUp, erase] }));
    await page.getByRole("textbox", { name: "Source" }).fill(prefix);
    await page.getByRole("textbox", { name: "Prefix" }).fill(prefix);
    await page.getByRole("button", { name: "Read document" }).click();
    await expect(page.getByRole("combobox", { name: `Effect of ${name}` })).toHaveValue("read");
    await expect(page.getByRole("combobox", { name: `Effect of ${prefix}erase` })).toHaveValue("destructive");
    await page.getByRole("checkbox", { name: `Sanction ${name}`, exact: true }).press("Space");
    await page.getByRole("button", { name: "Sanction 1 tool", exact: true }).click();
    await expect(page.getByText("1 tool sanctioned")).toBeVisible();
  });

  const { secret } = await hire(
    api,
    {
      name: unique("Customer care"),
      purpose: "Answers customers.",
      ownerEmail: "milo.brandt@larkfield.example",
      environment: "production",
      riskClass: "limited",
      tier: "T3",
      mandate: { tools: [name, `${prefix}erase`] },
      version: { label: "1.0", model: "large-2", provider: "Example" },
    },
    "browser test",
  );
  const agent = runtime(origin, secret);
  const call = { tool: name, arguments: { id: "c1" } };

  await test.step("an agent may use what was sanctioned, and nothing that was left out", async () => {
    expect((await agent.ask(call)).outcome).toBe("allow");
    const refused = await agent.ask({ tool: `${prefix}erase`, arguments: {} });
    expect([refused.outcome, refused.reasons[0]?.code]).toEqual(["deny", "tool.unsanctioned"]);
  });

  await test.step("a pipeline imports the list again, where the tool says something else now: it is held", async () => {
    const changed = { ...lookUp, description: "Finds a customer, and tells everybody" };
    await api.post("/tools/import", { document: { tools: [changed] }, source: prefix, prefix });
    const held = await agent.ask(call);
    expect([held.outcome, held.reasons[0]?.code]).toEqual(["approval_required", "tool.changed"]);
  });

  await test.step("the administrator sees the difference, accepts it, and the agent goes on", async () => {
    await visit(page, `/tools/${name}`);
    await expect(page.getByText("Held: its definition changed")).toBeVisible();
    await expect(page.getByRole("row", { name: /\/description/ })).toContainText("and tells everybody");
    await page.getByRole("button", { name: "Accept the new one" }).click();
    await expect(page.getByText("The new definition is sanctioned")).toBeVisible();
    await expect(page.getByText("Held: its definition changed")).toHaveCount(0);
    expect((await agent.ask(call)).outcome).toBe("allow");
  });

  await test.step("a decision is tried again by two policies, and that records no decision", async () => {
    const { id } = await agent.ask(call);
    const compliance = await as("Noor Haddad");
    await visit(compliance, `/decisions/${id}`);
    await compliance.getByRole("link", { name: "Try it again" }).click();
    await compliance.getByRole("button", { name: "Fill in its content" }).click();
    await expect(compliance.getByRole("textbox", { name: "Arguments" })).toHaveValue(/"id": "c1"/);
    await compliance.getByRole("combobox", { name: "Compare with" }).selectOption("1");
    await compliance.getByRole("button", { name: "Try request" }).click();
    await expect(compliance.getByText("The two policies answer differently")).toBeVisible();
    await expect(compliance.getByText(/is not in the catalogue of sanctioned tools/)).toBeVisible();
  });
});

test("an owner who saves a mandate that somebody else changed meanwhile is told, and both changes are kept", async ({
  api,
  comesIn,
  payingAgent,
}) => {
  const owner = await comesIn("Ines Roth", { roles: ["owner"] });
  const { id } = await payingAgent(owner);
  const { page } = owner;
  await visit(page, `/agents/${id}/mandate`);
  await expect(page.getByRole("group", { name: "Effective authority by tool" })).toContainText("500.00");
  await page.getByRole("button", { name: "Change mandate" }).click();
  await page.getByRole("button", { name: "From a list…" }).click();
  const dialog = page.getByRole("dialog", { name: "Import a list" });
  await dialog.getByRole("textbox", { name: "List" }).fill("recipient\nDE02120300000000202051\nDE02120300000000202051");
  await expect(dialog.getByText("1 to add, 1 there already, 0 invalid and left out.")).toBeVisible();
  await dialog.getByRole("button", { name: "Add 1" }).click();

  const { mandate } = await api.get<{ mandate: { tools: string[]; recipients: string[] } }>(`/agents/${id}`);
  await api.patch(`/agents/${id}`, { mandate: { ...mandate, regions: ["eu-central-1"] } });
  await page.getByRole("button", { name: "Save mandate" }).click();
  await expect(page.getByText("Somebody else changed this mandate while you were editing")).toBeVisible();
  await page.getByRole("button", { name: "Put mine into theirs" }).click();
  await page.getByRole("button", { name: "Save mandate" }).click();
  await expect(page.getByText("It applies to the next request.")).toBeVisible();
  const after = await api.get<{ mandate: { recipients: string[]; regions: string[] } }>(`/agents/${id}`);
  expect(after.mandate.regions).toEqual(["eu-central-1"]);
  expect(after.mandate.recipients).toEqual([...mandate.recipients, "DE02120300000000202051"]);
});
