import "server-only";

import { randomUUID } from "node:crypto";
import { toProblem } from "@/lib/errors";
import { log } from "@/lib/log";
import type { Progress } from "./forecast";
import type { ForecastInput, ForecastLine } from "./forecast-schema";
import { requestForecast } from "./request-forecast";

/** A line at most this often: a bar needs no more. */
const everyMilliseconds = 100;

/** A forecast as lines of JSON: how far it is, then what it says or what went wrong. Whoever stops reading stops the work. */
export function streamForecast(input: ForecastInput, request: Request): Response {
  const stopped = new AbortController();
  const signal = AbortSignal.any([stopped.signal, request.signal]);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const say = (line: ForecastLine) => {
        if (!signal.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
      };
      let saidAt = Number.NEGATIVE_INFINITY;
      const progress = ({ done, total }: Progress) => {
        if (performance.now() - saidAt < everyMilliseconds && done < total) return;
        saidAt = performance.now();
        say({ kind: "progress", done, total });
      };
      try {
        say({ kind: "forecast", forecast: await requestForecast(input, { signal, progress }) });
      } catch (error) {
        if (signal.aborted) return;
        const requestId = randomUUID();
        const { status, detail } = toProblem(error, requestId);
        if (status >= 500) log.error("a forecast failed", { requestId, error });
        say({ kind: "failed", message: detail, requestId });
      } finally {
        if (!stopped.signal.aborted) controller.close();
      }
    },
    cancel: () => stopped.abort(),
  });
  return new Response(body, {
    headers: {
      "content-type": "application/x-ndjson; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    },
  });
}
