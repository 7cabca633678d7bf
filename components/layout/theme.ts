/** The color theme: a cookie the server reads, so that the first paint is already right. */

const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

export const themeCookie = "theme";

/** The cookie's value as a theme; anything else follows the device. */
export function parseTheme(value: string | undefined): Theme {
  return themes.find((theme) => theme === value) ?? "system";
}
