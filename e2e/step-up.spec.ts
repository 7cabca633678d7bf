import type { Page } from "@playwright/test";
import { draftTurn } from "@/e2e/draft-turn";
import { expect, supplier, test, transfer, unique, visit } from "@/e2e/fixtures";
import { runtime } from "@/e2e/runtime";
import { hire, type Management } from "@/scripts/replay/management";

let endTurn: () => Promise<void>;
test.beforeEach(async ({ api }, info) => {
  endTurn = await draftTurn(info);
  await api.delete("/policy/draft").catch(() => {}); // what an earlier test left
});
test.afterEach(() => endTurn());

test("T25 a rule asks for a passkey: a person adds one, signs an approval with it, and the agent acts; replayed and foreign signatures are refused", async ({
  api,
  comesIn,
  origin,
}) => {
  const tool = await signedTool(api);
  const agent = runtime(origin, await agentWith(api, tool));
  const call = transfer(tool, "80.00");
  const asked = await agent.ask(call);
  expect(asked.outcome).toBe("approval_required");
  const approvalId = asked.approval?.id ?? "";

  const approver = await comesIn("Imke Sand", { roles: ["approver"], groups: ["finance"] });
  const { page } = approver;
  const authenticator = await plugIn(page);

  await test.step("without a passkey the dialog says where to add one, and cannot approve", async () => {
    await visit(page, `/inbox/${approvalId}`);
    await expect(page.getByText("This rule asks for a passkey signature")).toBeVisible();
    await page.getByRole("button", { name: /^Approve/ }).click();
    const dialog = page.getByRole("dialog", { name: "Approve this request?" });
    await expect(dialog.getByText("You have no passkey yet")).toBeVisible();
    await expect(dialog.getByRole("button", { name: /approve/i })).toHaveCount(0);
    await dialog.getByRole("link", { name: "Add a passkey" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Passkeys" })).toBeVisible();
  });

  await test.step("the password is asked for before one is added", async () => {
    await page.getByRole("button", { name: "Add a passkey" }).click();
    const dialog = page.getByRole("dialog", { name: "Add a passkey" });
    await dialog.getByRole("button", { name: "Continue" }).click();
    await expect(dialog.getByText("Give it a name.")).toBeVisible();
    await dialog.getByRole("textbox", { name: "Name" }).fill("Work laptop");
    await dialog.getByLabel("Your password").fill("not the password");
    await dialog.getByRole("button", { name: "Continue" }).click();
    await expect(dialog.getByText("Is not your current password.")).toBeVisible();
    await dialog.getByLabel("Your password").fill(approver.password);
    await dialog.getByRole("button", { name: "Continue" }).click();
    await expect(page.getByText("Work laptop is added")).toBeVisible();
    await expect(page.getByRole("group", { name: "Passkeys" }).getByText("Work laptop")).toBeVisible();
  });

  await test.step("a person who is not verified signs nothing", async () => {
    await authenticator.verifies(false);
    await visit(page, `/inbox/${approvalId}`);
    await page.getByRole("button", { name: /^Approve/ }).click();
    const dialog = page.getByRole("dialog", { name: "Approve this request?" });
    await dialog.getByRole("button", { name: "Sign and approve" }).click();
    await expect(dialog.getByRole("alert")).toContainText("The passkey was not used");
    await authenticator.verifies(true);
  });

  const sent: string[] = [];
  await test.step("verified, one signature approves exactly this request", async () => {
    page.on("request", (request) => {
      const body = request.method() === "POST" ? request.postData() : null;
      if (body?.includes("clientDataJSON")) sent.push(body);
    });
    const dialog = page.getByRole("dialog", { name: "Approve this request?" });
    await dialog.getByRole("textbox", { name: "Comment" }).fill("Matches the order");
    await page.keyboard.press("Enter");
    await expect(page.getByText(`Approved: ${tool}`)).toBeVisible();
    await visit(page, `/inbox/${approvalId}`);
    await expect(page.getByText("Signed with a passkey")).toBeVisible();
  });

  await test.step("the agent redeems it, once", async () => {
    expect((await agent.ask({ ...call, approvalId })).outcome).toBe("allow");
    expect((await agent.ask({ ...call, approvalId })).reasons[0]?.code).toBe("approval_consumed");
  });

  const other = (await agent.ask(transfer(tool, "81.00"))).approval?.id ?? "";
  const replayed = passkeyIn(sent[0] ?? "");
  expect(replayed).toContain("clientDataJSON");
  let unspent = "";
  const dialogOf = (browser: Page) => browser.getByRole("dialog", { name: "Approve this request?" });

  await test.step("the same signature, sent again for another request, approves nothing", async () => {
    await signInstead(page, other, (own) => {
      unspent = own;
      return replayed;
    });
    await expect(dialogOf(page).getByRole("alert")).toContainText("used already, is too old, or is for something else");
    expect(unspent).toContain("clientDataJSON");
  });

  await test.step("nor does a good one of somebody else, who has not used it", async () => {
    const second = await comesIn("Rune Dahl", { roles: ["approver"], groups: ["finance"] });
    await plugIn(second.page);
    await visit(second.page, "/settings/passkeys");
    await second.page.getByRole("button", { name: "Add a passkey" }).click();
    const dialog = second.page.getByRole("dialog", { name: "Add a passkey" });
    await dialog.getByRole("textbox", { name: "Name" }).fill("Phone");
    await dialog.getByLabel("Your password").fill(second.password);
    await dialog.getByRole("button", { name: "Continue" }).click();
    await expect(second.page.getByText("Phone is added")).toBeVisible();
    await signInstead(second.page, other, () => unspent);
    await expect(dialogOf(second.page).getByRole("alert")).toContainText("is for something else");
  });

  await test.step("denying needs no passkey", async () => {
    expect((await api.get<{ status: string }>(`/approvals/${other}`)).status).toBe("pending");
    await visit(page, `/inbox/${other}`);
    await page.getByRole("button", { name: /^Deny/ }).click();
    const dialog = page.getByRole("dialog", { name: "Deny this request?" });
    await dialog.getByRole("textbox", { name: "Reason" }).fill("Not this one");
    await page.keyboard.press("Enter");
    await expect(page.getByText(`Denied: ${tool}`)).toBeVisible();
  });
});

/** Signs on the page of a request, and sends another signature than the one that was made. */
async function signInstead(page: Page, approvalId: string, instead: (own: string) => string): Promise<void> {
  await visit(page, `/inbox/${approvalId}`);
  const path = `**/inbox/${approvalId}`;
  await page.route(path, async (route) => {
    const body = route.request().postData() ?? "";
    const own = passkeyIn(body);
    if (own) await route.continue({ postData: body.replace(own, instead(own)) });
    else await route.continue();
  });
  await page.getByRole("button", { name: /^Approve/ }).click();
  await page.getByRole("button", { name: "Sign and approve" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await page.unroute(path);
}

/** `"passkey":{…}` of a vote as the browser sends it, or nothing. */
function passkeyIn(body: string): string {
  return /"passkey":\{[^}]*\}/.exec(body)?.[0] ?? "";
}

/** Gives the page a security key that answers by itself, and verifies its person until told not to. */
async function plugIn(page: Page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    verifies: (isUserVerified: boolean) =>
      devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
  };
}

type Band = { then: "allow" | "deny" | { approval: { stepUp: boolean } } };
type Draft = {
  revision: number;
  content: { tiers: { key: string; effects: Record<string, Band[]>; tools?: Record<string, Band[]> }[] };
};

/** A tool that moves money, whose every approval at T3 is signed. That only tightens, so one publishes it alone. */
async function signedTool(api: Management): Promise<string> {
  const tool = `treasury.settle-${crypto.randomUUID().slice(0, 8)}`;
  await api.put(`/tools/${tool}`, {
    description: "Settles an invoice",
    effect: "financial",
    reversible: true,
    argumentRoles: { amount: "/amount", currency: "/currency", recipient: "/to" },
  });
  const { revision, content } = await api.get<Draft>("/policy/draft");
  const tier = content.tiers.find(({ key }) => key === "T3");
  const asks = { quorum: 1, groups: ["finance"], expiresIn: 3600, selfApproval: false };
  const signed = (then: Band["then"]): Band["then"] => {
    if (then === "deny") return then;
    return { approval: { ...(then === "allow" ? asks : then.approval), stepUp: true } };
  };
  const bands = JSON.stringify(tier?.effects.financial ?? []);
  if (tier)
    tier.tools = {
      ...tier.tools,
      [tool]: JSON.parse(bands, (name, value) => (name === "then" ? signed(value) : value)),
    };
  const saved = await api.put<Draft>("/policy/draft", { revision, content });
  await api.post("/policy/publish", {
    revision: saved.revision,
    note: unique("Settlements are signed with a passkey"),
  });
  return tool;
}

/** An agent at T3 that may use the tool. @returns its key */
async function agentWith(api: Management, tool: string): Promise<string> {
  const { secret } = await hire(
    api,
    {
      name: unique("Settlements"),
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
  return secret;
}
