import type { z } from "zod";

/**
 * Filters of a page, from its address. What is unknown or malformed is as if it were not there: an address somebody typed or kept from an
 * older version still shows a list.
 * @param schema an object whose members are optional or have defaults
 */
export function fromUrl<Shape extends z.ZodObject>(
  schema: Shape,
  raw: Record<string, string | string[] | undefined>,
): z.output<Shape> {
  const given: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = raw[name];
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined && first !== "" && (schema.shape[name] as z.ZodType).safeParse(first).success)
      given[name] = first;
  }
  return schema.parse(given) as z.output<Shape>;
}
