import { handleSignIn } from "@/lib/auth/handle-sign-in";

// Open to strangers by its nature: this is how they stop being one.
export const GET = handleSignIn;
export const POST = handleSignIn;
