/** Dollars as a budget is written: `$5.00`, `$0.0042`, `$1,200.00`. */
export function dollarsOf(usd: number): string {
  if (usd !== 0 && Math.abs(usd) < 0.1) return `$${Number(usd.toPrecision(2))}`;
  return `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}
