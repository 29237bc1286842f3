const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1000,
  mb: 1_000_000,
  kib: 1024,
  mib: 1_048_576,
  gib: 1_073_741_824,
};

/** Bytes in `4096`, `64KiB`, `8MiB`; undefined when the text is no size. */
export function parseSize(text: string): number | undefined {
  const found = /^(\d+)\s*([a-z]*)$/i.exec(text.trim());
  const unit = UNITS[(found?.[2] ?? '').toLowerCase()];
  return found && unit !== undefined ? Number(found[1]) * unit : undefined;
}
