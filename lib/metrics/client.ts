import { queryOptions } from "@tanstack/react-query";
import { type Overview, overview, type Range } from "./schema";

/** The overview of one period, as the browser asks for it. */
export function overviewQueryOptions(range: Range) {
  return queryOptions({
    queryKey: ["overview", range],
    queryFn: async ({ signal }): Promise<Overview> => {
      const response = await fetch(`/api/console/overview?range=${range}`, {
        signal,
        headers: { accept: "application/json" },
      });
      if (!response.ok) throw new Error(`the overview answered ${response.status}`);
      return overview.parse(await response.json());
    },
  });
}
