/** The answer to `:countTokens`. */
export function encodeTokenCount(tokens: number): Buffer {
  return Buffer.from(JSON.stringify({ totalTokens: tokens }));
}
