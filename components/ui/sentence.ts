/** An error's public text ("amount must be positive") as a sentence on a screen ("Amount must be positive."). */
export function sentence(text: string): string {
  const capital = text.charAt(0).toLocaleUpperCase("en") + text.slice(1);
  return /[.!?:]$/.test(capital) ? capital : `${capital}.`;
}
