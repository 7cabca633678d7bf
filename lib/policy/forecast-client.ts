import { type Forecast, forecastLine } from "./forecast-schema";

/** A forecast that was refused or failed, in words for its reader. */
export class ForecastError extends Error {
  readonly requestId: string | undefined;
  constructor(message: string, requestId?: string) {
    super(message);
    this.name = "ForecastError";
    this.requestId = requestId;
  }
}

/**
 * Asks for the forecast of the draft at a revision, as the browser does.
 * @param heard.progress share of the work that is done, 0 to 1
 * @throws ForecastError
 */
export async function readForecast(
  asked: { days: number; revision: number },
  heard: { signal: AbortSignal; progress: (done: number) => void },
): Promise<Forecast> {
  const response = await fetch(`/api/console/policy/forecast?days=${asked.days}&revision=${asked.revision}`, {
    signal: heard.signal,
    headers: { accept: "application/x-ndjson" },
  });
  if (!response.ok || !response.body) throw new ForecastError(await detailOf(response));
  let rest = "";
  for await (const text of texts(response.body)) {
    rest += text;
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const said = forecastLine.parse(JSON.parse(line));
      if (said.kind === "forecast") return said.forecast;
      if (said.kind === "failed") throw new ForecastError(said.message, said.requestId);
      heard.progress(said.total === 0 ? 1 : said.done / said.total);
    }
  }
  throw new ForecastError("the connection ended before the forecast was ready");
}

async function* texts(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function detailOf(response: Response): Promise<string> {
  const problem: unknown = await response.json().catch(() => null);
  const detail = typeof problem === "object" && problem !== null && "detail" in problem ? problem.detail : null;
  return typeof detail === "string" ? detail : `the server answered ${response.status}`;
}
