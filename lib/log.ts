// Operational log: one JSON object per line on stderr. Never carries a payload, a credential or a cookie; JSON escapes CR, LF and ESC, so one event is one line.

type Fields = Record<string, unknown>;

function write(level: "info" | "warn" | "error", message: string, fields: Fields = {}): void {
  const flat: Fields = {};
  for (const [name, value] of Object.entries(fields)) {
    flat[name] =
      value instanceof Error
        ? { name: value.name, message: value.message, code: (value as { code?: unknown }).code, stack: value.stack }
        : value;
  }
  process.stderr.write(
    `${JSON.stringify({ at: new Date().toISOString(), level, message, ...flat }, (_, value) => (typeof value === "bigint" ? value.toString() : value))}\n`,
  );
}

export const log = {
  info: (message: string, fields?: Fields) => write("info", message, fields),
  warn: (message: string, fields?: Fields) => write("warn", message, fields),
  error: (message: string, fields?: Fields) => write("error", message, fields),
};
