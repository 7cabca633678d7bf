import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

type Package = {
  version?: string;
  resolved?: string;
  integrity?: string;
  hasInstallScript?: boolean;
  optional?: boolean;
  optionalDependencies?: Record<string, string>;
  os?: string[];
  cpu?: string[];
  libc?: string[];
};
type Floor = { package: string; min: string; why: string; advisory: string; checked_on: string; absent?: true };

const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as { packages: Record<string, Package> };
const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const floors = JSON.parse(readFileSync("security/floor.json", "utf8")) as Floor[];
const packages = Object.entries(lock.packages)
  .filter(([path]) => path !== "")
  .map(([path, entry]) => ({ name: path.slice(path.lastIndexOf("node_modules/") + 13), ...entry }));

/** Positive when `a` is newer; a pre-release is older than its release. */
function compare(a: string, b: string): number {
  const parts = (version: string) => version.split("-")[0]?.split(".").map(Number) ?? [];
  const [left, right] = [parts(a), parts(b)];
  for (let index = 0; index < 3; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return Number(b.includes("-")) - Number(a.includes("-"));
}

test.each(floors)("T47 T53 every resolved copy of $package is at least $min", ({ package: name, min, absent }) => {
  const copies = packages.filter((entry) => entry.name === name && entry.version);
  if (absent) expect(copies, "it is installed now: take `absent` out of its floor").toEqual([]);
  else expect(copies.length).toBeGreaterThan(0);
  expect(copies.filter(({ version }) => compare(version ?? "0", min) < 0)).toEqual([]);
});

test("T53 each floor says why it is one and when that was last looked up", () => {
  for (const { package: name, min, why, checked_on } of floors) {
    expect(min, name).toMatch(/^\d+\.\d+\.\d+/);
    expect(why.length, name).toBeGreaterThan(5);
    expect(new Date(checked_on).toISOString().slice(0, 10), name).toBe(checked_on);
  }
  expect(new Set(floors.map((floor) => floor.package)).size).toBe(floors.length);
  // Nothing may start to fail because a day passed; `npm run security:floor` is for that.
  const oldest = floors.map(({ checked_on }) => checked_on).sort()[0] ?? "";
  const days = Math.floor((Date.now() - Date.parse(oldest)) / 86_400_000);
  if (days > 14) console.warn(`security/floor.json was last checked against advisories ${days} days ago`);
});

test("T53 a floor above what is installed, and a nested copy below it, are found", () => {
  const copies = [
    { name: "next", version: "16.4.6" },
    { name: "next", version: "16.3.2" },
  ];
  expect(copies.filter(({ version }) => compare(version, "16.4.6") < 0)).toEqual([{ name: "next", version: "16.3.2" }]);
});

test("T53 versions are compared as numbers, and a pre-release is below its release", () => {
  expect(compare("16.10.0", "16.9.9")).toBeGreaterThan(0);
  expect(compare("16.4.6-canary.1", "16.4.6")).toBeLessThan(0);
  expect(compare("4.24.15", "4.24.15")).toBe(0);
});

test("T53 direct dependencies are pinned to one version", () => {
  const ranges = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies } as Record<string, string>);
  expect(ranges.filter(([, range]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(range))).toEqual([]);
});

test("T53 the lockfile names no address outside the registry that npm is set to", () => {
  expect(packages.filter(({ resolved }) => resolved !== undefined)).toEqual([]);
});

test("T53 every package that installs on Linux is held to its hash", () => {
  const linux = packages.filter(
    ({ os, cpu, libc }) =>
      (!os || os.includes("linux")) && (!cpu || cpu.includes("x64")) && (!libc || libc.includes("glibc")),
  );
  expect(linux.filter(({ integrity }) => !integrity?.startsWith("sha512-")).map(({ name }) => name)).toEqual([]);
});

test("T53 every package with an install script is allowed or refused by name", () => {
  const undecided = packages.filter((entry) => entry.hasInstallScript && !(entry.name in manifest.allowScripts));
  expect(undecided.map(({ name }) => name)).toEqual([]);
});

test("the lockfile is complete for every platform, so that `npm ci` accepts it", () => {
  const missing = packages.flatMap(({ optionalDependencies = {} }) =>
    Object.entries(optionalDependencies).filter(
      ([name, version]) => /^\d/.test(version) && !packages.some((entry) => entry.name === name),
    ),
  );
  expect(missing).toEqual([]);
});
