import { PageSkeleton } from "@/components/ui/skeleton";

export default function LoadingTokens() {
  return <PageSkeleton />;
}
