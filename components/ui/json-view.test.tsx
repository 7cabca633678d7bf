import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { InertText } from "./inert-text";
import { JsonView } from "./json-view";

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const hostile = [
  ...range(0x202a, 0x202e),
  ...range(0x2066, 0x2069),
  ...range(0x200b, 0x200f),
  0xfeff,
  0xad,
  ...range(0xe0020, 0xe007f),
]
  .map((codePoint) => `x${String.fromCodePoint(codePoint)}y`)
  .join("");
const raw = /[\u202A-\u202E\u2066-\u2069\u200B-\u200F\uFEFF\u00AD\u{E0000}-\u{E007F}]/u;

describe("T27 a reviewer's page holds no raw hidden character", () => {
  test("in values and in keys of arguments", () => {
    const html = renderToStaticMarkup(
      <JsonView label="Arguments" json={JSON.stringify({ to: hostile, [hostile]: 1 })} />,
    );
    expect(html).not.toMatch(raw);
    expect(html).toContain("⟦RLO U+202E⟧");
  });

  test("in reasoning, with or without its line breaks", () => {
    expect(renderToStaticMarkup(<InertText text={hostile} />)).not.toMatch(raw);
    expect(renderToStaticMarkup(<InertText text={`${hostile}\n${hostile}`} lines />)).not.toMatch(raw);
  });
});

test("T28 markup, links and images in arguments stay text", () => {
  const attack = '<img src=x onerror=alert(1)> [a](https://evil.example) <a href="https://evil.example">b</a>';
  const html = renderToStaticMarkup(<JsonView label="Arguments" json={JSON.stringify({ memo: attack })} />);
  expect(html).not.toMatch(/<(img|a|script)\b/);
  expect(html).toContain("&lt;img");
});
