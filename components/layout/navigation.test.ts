import { expect, test } from "vitest";
import { activeItem, type NavGroup } from "./navigation";

const groups: NavGroup[] = [
  {
    items: [
      { href: "/", label: "Overview", icon: "overview" },
      { href: "/agents", label: "Agents", icon: "agents" },
    ],
  },
  { label: "Records", items: [{ href: "/audit", label: "Audit", icon: "audit" }] },
];

test.each([
  ["/", "Overview"],
  ["/agents", "Agents"],
  ["/agents/agt_1/credentials", "Agents"],
  ["/audit/dec_1", "Audit"],
])("%s belongs to %s", (path, label) => expect(activeItem(groups, path)?.label).toBe(label));

test("a path outside the navigation marks nothing, not even the overview", () => {
  expect(activeItem(groups, "/agentship")).toBeUndefined();
  expect(activeItem(groups, "/elsewhere")).toBeUndefined();
});
