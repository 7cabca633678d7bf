import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      // It throws outside React's server bundle; here it is as empty as it is there.
      { find: /^server-only$/, replacement: here("./node_modules/server-only/empty.js") },
      { find: /^@\//, replacement: here("./") },
    ],
  },
  test: {
    pool: "forks",
    testTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["{app,components,lib,prisma,scripts,bench}/**/*.test.{ts,tsx}"],
          exclude: ["**/node_modules/**", "**/*.db.test.ts", "**/*.server.test.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "db",
          include: ["{app,lib,prisma,scripts}/**/*.db.test.ts"],
          globalSetup: ["./lib/testing/server.ts"],
          hookTimeout: 60_000,
        },
      },
      {
        // The built program as a process of its own. One file at a time: some of them measure.
        extends: true,
        test: {
          name: "server",
          include: ["{app,lib}/**/*.server.test.ts"],
          globalSetup: ["./lib/testing/server.ts"],
          fileParallelism: false,
          hookTimeout: 90_000,
          testTimeout: 60_000,
        },
      },
    ],
  },
});
