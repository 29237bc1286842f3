import { formatDuration } from '../../lib/duration.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import type { Context } from '../context.ts';
import { type Cell, formatTable } from '../table.ts';
import type { Check } from './subject.ts';

/** One line per check, aligned; each failure is followed by why and fix. */
export function formatChecks(context: Pick<Context, 'style' | 'columns'>, checks: readonly Check[]): string {
  const columns = [
    { title: '', shrinkTo: 8 },
    { title: '', shrinkTo: 12 },
    { title: '' },
    { title: '', align: 'right' },
    { title: '', shrinkTo: 20 },
  ] as const;
  const lines = formatTable(
    columns,
    checks.map((check) => checkRow(context, check)),
    {
      width: context.columns,
    },
  ).split('\n');
  return checks
    .map((check, index) => [lines[index] ?? '', ...remedyOf(context, check)].join('\n'))
    .join('\n');
}

function checkRow({ style }: Pick<Context, 'style'>, check: Check): Cell[] {
  const good = check.result.is === 'ok';
  return [
    { text: check.provider, paint: style.bold },
    check.key === 'none' ? 'no key' : check.key,
    { text: good ? 'ok' : 'failed', paint: good ? style.green : style.red },
    check.ms === 0 ? '' : formatDuration(check.ms),
    summaryOf(check),
  ];
}

function summaryOf({ result }: Check): string {
  if (result.is === 'failed') return result.what;
  if (result.answered !== undefined) return `${result.answered} answered`;
  return result.models.length === 1 ? '1 model' : `${result.models.length} models`;
}

function remedyOf({ style }: Pick<Context, 'style'>, { result }: Check): string[] {
  if (result.is === 'failed')
    return [style.dim(`  why: ${terminalSafe(result.why)}`), `  fix: ${result.fix}`];
  return result.note === undefined ? [] : [style.dim(`  note: ${result.note}`)];
}

/** A check as `--json` shows it. */
export function checkJson({ provider, key, ms, result }: Check) {
  const latencyMs = Math.round(ms);
  if (result.is === 'failed') {
    const { what, why, fix, status } = result;
    return { provider, key, ok: false, latencyMs, status: status ?? null, what, why, fix };
  }
  const { models, answered, note } = result;
  return { provider, key, ok: true, latencyMs, models, answered: answered ?? null, note: note ?? null };
}
