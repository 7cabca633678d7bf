import { AppError } from "@/lib/errors";

/**
 * The result of a read that an answer waits for, or a deny when the database takes longer than a caller can wait. The read itself goes on until
 * its own time limit.
 * @param milliseconds from now
 * @throws AppError `audit_unavailable`
 */
export async function within<Result>(work: Promise<Result>, milliseconds = 2000): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new AppError("audit_unavailable", "the database does not answer, so it is denied; ask again")),
    milliseconds,
  );
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
