import type { CallerFormat, ErrorReport, StreamFraming } from '../../core/format.ts';

/** What a stream that broke says last, framed as the rest of it. */
export function lastWords(
  format: CallerFormat,
  report: ErrorReport,
  framing: StreamFraming | undefined,
): Buffer {
  if (!framing) return format.renderStreamError(report);
  return Buffer.from(framing.event(format.renderError(report).toString('utf8')));
}
