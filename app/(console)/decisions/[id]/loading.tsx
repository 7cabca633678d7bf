export { EntrySkeleton as default } from "@/components/audit/entry-skeleton";
