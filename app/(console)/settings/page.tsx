import { redirect } from "next/navigation";
import { can } from "@/lib/auth/actor";
import { requireActor } from "@/lib/auth/session";

export default async function SettingsPage() {
  const actor = await requireActor("overview:read");
  redirect(can(actor, "people:write") ? "/settings/people" : "/settings/account");
}
