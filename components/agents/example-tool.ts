/** A tool of the mandate to show a first call with: one that only reads, when there is one. */
export function exampleTool(
  names: readonly string[],
  tools: readonly { name: string; effect: string }[],
): string | undefined {
  return names.find((name) => tools.some((tool) => tool.name === name && tool.effect === "read")) ?? names[0];
}
