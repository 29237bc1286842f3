/** Bytes with a text replaced by another one: one character for each byte, so that whatever encoding there is stays. */
export function replaceBytes(bytes: Buffer, text: string, replacement: string): Buffer {
  if (!bytes.includes(text)) return bytes;
  const [from, to] = [text, replacement].map((one) => Buffer.from(one).toString('latin1'));
  return Buffer.from(bytes.toString('latin1').replaceAll(from ?? text, to ?? replacement), 'latin1');
}
