import type { z } from "zod";
import type { registerInput } from "@/lib/agents/schema";

/** What the wizard holds while it is filled in. */
export type RegisterForm = z.input<typeof registerInput>;
