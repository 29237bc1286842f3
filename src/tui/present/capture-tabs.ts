import type { SeenCapture, SeenMessage } from '../deed.ts';
import { foreign, type Line, span, wrapText } from './line.ts';

/** Both messages' headers; undefined while they are being read. */
export function headerTab(capture: SeenCapture | undefined, columns: number): readonly Line[] {
  return both(capture, columns, ({ headers }) =>
    headers.flatMap(([name, value]) =>
      wrapText(`${foreign(name)}: ${foreign(value)}`, columns - 2).map((text, index): Line => {
        const label = index === 0 ? text.slice(0, foreign(name).length + 1) : '';
        return [span('  '), span(label, 'dim'), span(text.slice(label.length))];
      }),
    ),
  );
}

/** Both messages' bodies; undefined while they are being read. */
export function bodyTab(capture: SeenCapture | undefined, columns: number): readonly Line[] {
  return both(capture, columns, ({ lines }) =>
    lines.flatMap((line) => {
      const safe = foreign(line);
      const indent = /^ */.exec(safe)?.[0] ?? '';
      const room = Math.max(10, columns - 2 - indent.length);
      const wrapped = wrapText(safe.slice(indent.length), room);
      return wrapped.length === 0 ? [[]] : wrapped.map((text): Line => [span(`  ${indent}${text}`)]);
    }),
  );
}

function both(
  capture: SeenCapture | undefined,
  columns: number,
  told: (message: SeenMessage) => readonly Line[],
): readonly Line[] {
  if (capture === undefined) return [[span('reading the record …', 'dim')]];
  if (capture.is === 'missing') return missingLines(capture, columns);
  return [
    [span('ASKED', 'heading')],
    ...told(capture.request),
    [],
    [span('ANSWERED', 'heading')],
    ...told(capture.answer),
  ];
}

function missingLines(
  { why, fix }: Extract<SeenCapture, { is: 'missing' }>,
  columns: number,
): readonly Line[] {
  const lines = wrapText(foreign(`Its headers and bodies are not there: ${why}.`), columns);
  return [
    ...lines.map((text) => [span(text, 'warn')]),
    ...wrapText(foreign(`fix: ${fix}`), columns).map((text) => [span(text)]),
  ];
}
