// What people write into fields: one line or several, in any language, but nothing that hides or reorders what a reader sees.
import { z } from "zod";

const invisible = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;
// Line feed and tab may stand in longer text; zero-width joiners too, since emoji and several scripts need them. Bidirectional controls may not.
const invisibleInText = /(?![\n\t])[\p{Cc}\p{Co}]|[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u;

/** One line of 1 to `max` characters, trimmed, without control or invisible characters. */
export function line(max: number) {
  return z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(max, `must be at most ${max} characters`)
    .refine((value) => !invisible.test(value), "must not contain control or invisible characters")
    .refine((value) => value === value.normalize("NFC"), "must be in Unicode normalization form C");
}

/** Several lines of up to `max` characters, trimmed; line ends become `\n`. */
export function paragraph(max: number) {
  return z
    .string()
    .transform((value) => value.replaceAll("\r\n", "\n").trim())
    .pipe(
      z
        .string()
        .min(1, "must not be empty")
        .max(max, `must be at most ${max} characters`)
        .refine((value) => !invisibleInText.test(value), "must not contain control characters or text direction marks"),
    );
}
