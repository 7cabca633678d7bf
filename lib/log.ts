// Operational log: one JSON object per line on stderr. Never carries a payload, a credential or a cookie. Every character that could end a line or steer a
// terminal is escaped, so one event is one line.

type Fields = Record<string, unknown>;

function write(level: "info" | "warn" | "error", message: string, fields: Fields = {}): void {
  const flat: Fields = {};
  for (const [name, value] of Object.entries(fields)) {
    flat[name] =
      value instanceof Error
        ? { name: value.name, message: value.message, code: (value as { code?: unknown }).code, stack: value.stack }
        : value;
  }
  process.stderr.write(`${line({ at: new Date().toISOString(), level, message, ...flat })}\n`);
}

function line(event: Fields): string {
  const text = JSON.stringify(event, (_, value) => (typeof value === "bigint" ? value.toString() : value));
  // JSON escapes what is below U+0020 only.
  return text.replaceAll(
    /[\u007f-\u009f\u2028\u2029]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

export const log = {
  info: (message: string, fields?: Fields) => write("info", message, fields),
  warn: (message: string, fields?: Fields) => write("warn", message, fields),
  error: (message: string, fields?: Fields) => write("error", message, fields),
};
