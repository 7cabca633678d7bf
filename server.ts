import { createServer } from "node:http";
import next from "next";
import { expireJob } from "@/lib/approvals/expire";
import { closeAbandonedLanes, heartbeat } from "@/lib/audit/close-lane";
import { projector } from "@/lib/audit/project";
import { checkAnchor, sequencer } from "@/lib/audit/publish";
import { witnessing } from "@/lib/audit/witnesses";
import { ensureFirstAdministrator } from "@/lib/auth/first-administrator";
import { forgetEnded } from "@/lib/auth/forget-ended";
import { decisionPlane } from "@/lib/decisions/http";
import { startPlane, stopPlane } from "@/lib/decisions/plane";
import { readiness } from "@/lib/decisions/readiness";
import { recordUses } from "@/lib/decisions/record-uses";
import { ConfigurationError } from "@/lib/env";
import { blameCaller, gate, managementGate, secure } from "@/lib/http/gate";
import { startJobs } from "@/lib/jobs/periodic";
import { listen } from "@/lib/live/listen";
import { log } from "@/lib/log";
import { prepare } from "@/lib/platform/prepare";
import { consoleToLog, progress, startProblems, stopOnUncaught, untilStopped } from "@/lib/platform/process";
import { factCollector } from "@/lib/policy/collect-facts";
import { publicationJob } from "@/lib/policy/publication-jobs";
import { ensurePolicy } from "@/lib/policy/publish";
import { refreshSnapshot } from "@/lib/policy/snapshot";
import { seed } from "@/prisma/seed/index";

/**
 * One Node HTTP server. Start: settings → database → migrate → sample organization → policy → snapshot and lanes → listen.
 * Each request: target and headers → decision plane on `node:http` alone → everything else to Next.
 */
const root = process.cwd();
const stopped = untilStopped();
const development = process.env.NODE_ENV === "development";
const build = "countersign 0.1.0";

try {
  const { environment, announce, close } = await prepare(root, progress);
  const forked = await checkAnchor();
  if (forked) {
    await close();
    throw new ConfigurationError([forked]);
  }
  if (environment.mode === "evaluation") await seed({ build, progress });
  await ensurePolicy("system");
  const plane = await startPlane(build);
  const welcome = await ensureFirstAdministrator();

  const stopListening = listen(
    "countersign_control",
    () => void refreshSnapshot().catch((error) => log.warn("the snapshot could not be refreshed", { error })),
  );
  const stopJobs = startJobs([
    { name: "heartbeat", everyMilliseconds: 2000, run: () => heartbeat(build) },
    { name: "abandoned lanes", everyMilliseconds: 5000, run: () => closeAbandonedLanes(plane.lanes.identity) },
    { name: "credential use", everyMilliseconds: 5000, run: recordUses },
  ]);

  const app = next({ dev: development, dir: root, hostname: environment.host, port: environment.port });
  const pages = app.getRequestHandler();
  await app.prepare();
  // Loading Next can hold the event loop for seconds; a job's transaction would be cut off meanwhile.
  const stopWork = startJobs(
    environment.role === "web"
      ? []
      : [sequencer, witnessing, projector, factCollector, expireJob, publicationJob, forgetEnded],
  );

  const settings = {
    hosts: new Set(environment.origins.map((origin) => new URL(origin).host)),
    publicUrl: environment.publicUrl,
    trustedProxies: environment.trustedProxies,
    development,
  };
  const decisions = decisionPlane({
    metricsToken: environment.metricsToken,
    ready: () => readiness(plane),
    gauges: () => ({ countersign_queue_depth: { help: "decisions waiting for a lane", value: plane.lanes.depth() } }),
  });
  const server = createServer(
    {
      shouldUpgradeCallback: () => development,
      maxHeaderSize: 16 * 1024,
      headersTimeout: 5000,
      requestTimeout: 10_000,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 1000, // how often the limits above are looked at
      insecureHTTPParser: false,
    },
    (request, response) => {
      const refusal = gate(request, settings);
      if (refusal) return refuse(response, refusal);
      if (decisions(request, response)) return;
      const further = managementGate(request);
      if (further) return refuse(response, further);
      secure(request, response, settings);
      blameCaller(request, response);
      void pages(request, response);
    },
  );
  server.maxHeadersCount = 100;
  server.maxRequestsPerSocket = 10_000;
  server.maxConnections = 8192;
  await new Promise<void>((settle, fail) => {
    server.once("error", fail);
    server.listen(environment.port, environment.host, settle);
  });
  announce(environment.publicUrl);
  progress(`Countersign is ready at ${environment.publicUrl}`);
  if (welcome) console.log(`\n  First administrator: open ${welcome} once, within a day.\n`);
  else if (environment.mode === "evaluation")
    console.log(
      "\n  Evaluation mode with a sample organization: open the address and pick a person. Ctrl-C stops everything.\n",
    );

  if (!development) consoleToLog();
  stopOnUncaught();

  await stopped;
  progress("stopping");
  server.close();
  server.closeIdleConnections();
  await Promise.all([stopJobs(), stopWork()]);
  stopListening();
  await stopPlane();
  server.closeAllConnections();
  await close();
  process.exit();
} catch (error) {
  const problems = startProblems(error);
  if (!problems) throw error;
  for (const problem of problems) console.error(problem);
  process.exit(1);
}

function refuse(
  response: import("node:http").ServerResponse,
  { status, detail }: { status: number; detail: string },
): void {
  const body = JSON.stringify({ type: "about:blank", status, detail });
  response.writeHead(status, {
    "content-type": "application/problem+json",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    connection: "close",
  });
  response.end(body);
}
