import { config } from "zod/v4/core";

// zod compiles schemas with `new Function` where it can. The content security policy forbids that, and each try would be reported as a violation.
config({ jitless: true });
