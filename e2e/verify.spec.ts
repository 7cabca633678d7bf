import { writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { expect, test } from "@/e2e/fixtures";

test("an auditor saves the verifier and checks an export without a network; a changed byte is named", async ({
  browser,
  origin,
}) => {
  const read = async (path: string) => {
    const answer = await fetch(`${origin}${path}`, {
      headers: { authorization: `Bearer ${process.env.COUNTERSIGN_BOOTSTRAP_TOKEN ?? ""}` },
    });
    expect(answer.status, path).toBe(200);
    return answer.text();
  };
  const [page, keys, exported] = await Promise.all([
    read("/log/verify.html"),
    read("/log/key"),
    read("/api/v1/audit/export"),
  ]);
  const saved = test.info().outputPath("verify.html");
  await writeFile(saved, page);
  const context = await browser.newContext({ offline: true });
  const tab = await context.newPage();
  await tab.goto(pathToFileURL(saved).href);
  const check = async (text: string) => {
    const file = { name: "export.ndjson", mimeType: "application/x-ndjson", buffer: Buffer.from(text) };
    await tab.getByLabel("Export").setInputFiles(file);
  };

  await tab.getByLabel("Verifier key").fill(keys.split("\n")[0] ?? "");
  await check(exported);
  await expect(tab.getByText("OK: nothing in this export was changed.")).toBeVisible();
  const lines = exported.split("\n");
  const entries = lines.filter((line) => line.startsWith('{"type":"entry"')).length;
  await expect(tab.getByText(`${entries} entries`)).toBeVisible();

  const at = lines.findIndex((line) => line.includes('\\"outcome\\":\\"deny\\"'));
  const { lane, seq } = JSON.parse(lines[at] as string);
  await check(
    lines.with(at, (lines[at] as string).replace('\\"outcome\\":\\"deny\\"', '\\"outcome\\":\\"allo\\"')).join("\n"),
  );
  await expect(tab.getByText(`Line ${at + 1}, entry ${seq} of lane ${lane}, header:`)).toBeVisible();

  await tab.getByLabel("Verifier key").fill("other.example+00000000+AQ==");
  await check(exported);
  await expect(tab.getByText("no trusted key of the log signed the checkpoint", { exact: false })).toBeVisible();
  await context.close();
});

test("the verifier runs where it is served, under a policy that loads nothing else", async ({ page }) => {
  const refused: string[] = [];
  page.on("console", (message) => message.type() === "error" && refused.push(message.text()));
  const answer = await page.goto("/log/verify.html");
  expect(answer?.headers()["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'sha256-/);
  const file = { name: "export.ndjson", mimeType: "application/x-ndjson", buffer: Buffer.from("{}\n") };
  await page.getByLabel("Export").setInputFiles(file);
  await expect(page.getByText("the first line of an export says what it is", { exact: false })).toBeVisible();
  expect(refused).toEqual([]);
});
