/** A session ends when nothing was asked for this long, and in any case after `absoluteDays`. */
export const idleHours = 12;
export const absoluteDays = 7;
