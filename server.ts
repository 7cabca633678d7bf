import { createServer } from "node:http";
import next from "next";
import { ConfigurationError } from "@/lib/env";
import { prepare } from "@/lib/platform/prepare";
import { progress, untilStopped } from "@/lib/platform/process";

const root = process.cwd();
const stopped = untilStopped();
const dev = process.env.NODE_ENV === "development";

try {
  const { environment, announce, close } = await prepare(root, progress);
  const app = next({ dev, dir: root, hostname: environment.host, port: environment.port });
  const handle = app.getRequestHandler();
  await app.prepare();

  const server = createServer((request, response) => {
    if (request.url === "/healthz") {
      response.writeHead(200, { "content-type": "application/json" }).end('{"status":"ok"}');
      return;
    }
    void handle(request, response);
  });
  await new Promise<void>((settle, fail) => {
    server.once("error", fail);
    server.listen(environment.port, environment.host, settle);
  });
  announce(environment.publicUrl);
  progress(`Countersign is ready at ${environment.publicUrl}`);

  await stopped;
  progress("stopping");
  server.close();
  server.closeAllConnections();
  await close();
  process.exit(0);
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  for (const problem of error.problems) console.error(problem);
  process.exit(1);
}
