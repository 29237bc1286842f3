/** Dollars in at most eight characters; `unknown` where no price is known, which is not nothing. */
export function dollars(usd: number | undefined): string {
  if (usd === undefined) return 'unknown';
  if (usd === 0) return '$0';
  if (usd < 0.0001) return '<$0.0001';
  if (usd < 1) return `$${usd.toFixed(4)}`;
  if (usd < 1_000) return `$${usd.toFixed(2)}`;
  return `$${Math.round(usd)}`;
}
