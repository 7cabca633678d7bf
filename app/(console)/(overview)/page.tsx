import type { Metadata } from "next";
import { OverviewBoard } from "@/components/overview/overview-board";
import { requireActor } from "@/lib/auth/session";
import { fromUrl } from "@/lib/http/from-url";
import { readOverview } from "@/lib/metrics/queries";
import { overviewQuery } from "@/lib/metrics/schema";

export const metadata: Metadata = { title: "Overview" };

export default async function OverviewPage({ searchParams }: PageProps<"/">) {
  const actor = await requireActor("overview:read");
  const { range } = fromUrl(overviewQuery, await searchParams);
  const overview = await readOverview(actor, range, new Date());
  return <OverviewBoard key={range} initial={overview} />;
}
