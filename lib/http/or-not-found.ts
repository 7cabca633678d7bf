import { notFound } from "next/navigation";
import { AppError } from "@/lib/errors";

/** For pages: what one may not see is the same page as what does not exist. */
export async function orNotFound<Result>(read: Promise<Result>): Promise<Result> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found") notFound();
    throw error;
  }
}
