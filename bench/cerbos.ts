import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Target } from "./drive";
import { type Running, started } from "./program";
import { calls, currency, filled, limit, postRequest } from "./traffic";

/**
 * Cerbos with the same rules, its decision log written to a file and its operational log turned down to errors, asked over HTTP.
 * The binary comes from its npm package.
 */
export async function startCerbos(
  folder: string,
  benchFolder: string,
): Promise<Running & { target: Target; version: string }> {
  const policies = join(folder, "policies");
  mkdirSync(policies, { recursive: true });
  writeFileSync(join(policies, "tool_call.yaml"), policy);
  const settings = { http: 3692, grpc: 3693 };
  writeFileSync(join(folder, "cerbos.yaml"), configuration(policies, join(folder, "decisions.log"), settings));

  const packages = createRequire(join(benchFolder, "package.json"));
  const binary = packages.resolve(`@cerbos/cerbos-${process.platform}-${process.arch}`);
  const child = spawn(binary, ["server", "--log-level=error", `--config=${join(folder, "cerbos.yaml")}`], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const running = await started("Cerbos", child, `http://127.0.0.1:${settings.http}/_cerbos/health`);
  return { ...running, target: target(settings.http), version: packages("cerbos/package.json").version };
}

function target(port: number): Target {
  const requests = calls.map((call, index) => {
    const body = filled((reasoning) => ({
      requestId: call.id,
      principal: {
        id: `agt_01kapqz4xj3m8r5w7y9b2d6f${String(index % 32).padStart(2, "0")}`,
        roles: ["agent"],
        attr: { tier: "T3", environment: "production" },
      },
      resources: [
        {
          actions: [call.tool],
          resource: {
            kind: "tool_call",
            id: call.id,
            attr: {
              arguments: { amount: call.amount, currency, recipient: call.recipient, invoice: call.id },
              reasoning,
            },
          },
        },
      ],
    }));
    const request = postRequest(port, "/api/check/resources", body);
    return { request, expected: call.allowed ? '"EFFECT_ALLOW"' : '"EFFECT_DENY"' };
  });
  let at = 0;
  return { port, next: () => requests[at++ % requests.length] as (typeof requests)[number] };
}

const policy = `---
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  version: default
  resource: tool_call
  rules:
    - actions: ["ledger.post"]
      effect: EFFECT_ALLOW
      roles: ["agent"]
      condition:
        match:
          all:
            of:
              - expr: request.principal.attr.environment == "production"
              - expr: request.resource.attr.arguments.currency == "${currency}"
              - expr: double(request.resource.attr.arguments.amount) <= ${limit}
`;

const configuration = (policies: string, log: string, ports: { http: number; grpc: number }) => `---
server:
  httpListenAddr: "127.0.0.1:${ports.http}"
  grpcListenAddr: "127.0.0.1:${ports.grpc}"
telemetry:
  disabled: true
audit:
  enabled: true
  backend: file
  accessLogsEnabled: false
  decisionLogsEnabled: true
  file:
    path: ${JSON.stringify(log)}
storage:
  driver: disk
  disk:
    directory: ${JSON.stringify(policies)}
    watchForChanges: false
`;
