import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const css = readFileSync(new URL("./globals.css", import.meta.url), "utf8");
const tokens = new Map(
  [...css.matchAll(/--color-([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name, light, dark]) => [name as string, { light: light as string, dark: dark as string }],
  ),
);

const surfaces = ["canvas", "surface", "surface-raised", "surface-sunken", "surface-hover", "surface-selected"];
const statuses = ["allow", "deny", "pending", "warning", "info", "neutral"];
const themes = ["light", "dark"] as const;

describe.each(themes)("in the %s theme", (theme) => {
  const ratio = (a: string, b: string) => contrast(color(a, theme), color(b, theme));

  test("text, muted text and links reach 4.5:1 on every surface", () => {
    for (const text of ["text", "muted", "link"])
      for (const surface of surfaces) expect(ratio(text, surface), `${text} on ${surface}`).toBeGreaterThanOrEqual(4.5);
  });

  test("a status word reaches 4.5:1 on its own tint and on every surface", () => {
    for (const status of statuses) {
      expect(ratio(`status-${status}`, `status-${status}-soft`), status).toBeGreaterThanOrEqual(4.5);
      for (const surface of surfaces)
        expect(ratio(`status-${status}`, surface), `${status} on ${surface}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  test("the label of a primary button reaches 4.5:1, at rest and under the pointer", () => {
    expect(ratio("on-accent", "accent")).toBeGreaterThanOrEqual(4.5);
    expect(ratio("on-accent", "accent-hover")).toBeGreaterThanOrEqual(4.5);
  });

  test("control borders, the primary fill, the focus ring and chart colors reach 3:1", () => {
    const strokes = ["control", "accent", "focus", ...Array.from({ length: 6 }, (_, i) => `chart-${i + 1}`)];
    for (const stroke of strokes)
      for (const surface of ["canvas", "surface", "surface-raised", "surface-sunken"])
        expect(ratio(stroke, surface), `${stroke} on ${surface}`).toBeGreaterThanOrEqual(3);
  });
});

function color(name: string, theme: "light" | "dark"): string {
  const token = tokens.get(name);
  if (!token) throw new Error(`no such token: ${name}`);
  return token[theme];
}

/** WCAG 2.2 contrast ratio of two `#rrggbb` colors, 1..21. */
function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
