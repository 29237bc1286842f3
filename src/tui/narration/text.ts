import { chaosPlace } from '../../core/chaos.ts';
import type { Trail } from '../../core/trail.ts';
import { chaosSentence } from '../present/chaos.ts';
import { tokens } from '../present/exchanges.ts';
import { fitText, foreign } from '../present/line.ts';
import { outcomeWord, storyInShort } from '../present/outcome.ts';
import { TARGET_STATES } from '../present/target-state.ts';
import { countdown, latency, timeOfDay } from '../present/words.ts';
import type { Note } from './notes.ts';

/** A note as one line of text, without its line end: time, what, and the rest. */
export function noteText(note: Note): string {
  return `${timeOfDay(note.at)}  ${sentence(note)}`;
}

function sentence(note: Note): string {
  switch (note.event) {
    case 'daemon-found':
      return `${heading('● watching')}${foreign(note.address)}, profile ${foreign(note.profile)}`;
    case 'daemon-gone':
      return `${heading('✗ gone')}daemon gone, waiting for it to come back`;
    case 'target-changed': {
      const { symbol, word } = TARGET_STATES[note.state];
      const ends =
        note.until === undefined || note.until <= note.at ? '' : ` for ${countdown(note.until, note.at)}`;
      const why = note.why === undefined ? '' : `: ${foreign(note.why)}`;
      return `${heading(`${symbol} target`)}${foreign(note.target)} ${word}${ends}${why}`;
    }
    case 'problem-found': {
      const fix = note.fix === undefined ? '' : ` (fix: ${foreign(note.fix)})`;
      return `${heading('▲ problem')}${foreign(note.message)}${fix}`;
    }
    case 'chaos-started':
      return `${heading('▲ chaos')}${chaosSentence([note.chaos], note.at) ?? ''} (fix: gw chaos stop)`;
    case 'chaos-ended': {
      const { fault, injected } = note.chaos;
      return `${heading('● chaos over')}${foreign(chaosPlace(note.chaos))} fails on purpose no longer (${foreign(fault)}, ${injected} attempts)`;
    }
    case 'recording-started':
      return `${heading('● recording')}${foreign(note.recording.name)}: prompts and answers go into its file (fix: gw record stop)`;
    case 'recording-ended':
      return `${heading('○ recorded')}${foreign(note.recording.name)} ended`;
    case 'exchange-ended':
      return exchange(note.trail);
  }
}

function exchange(trail: Trail): string {
  const { symbol, word } = outcomeWord(trail);
  const parts = [
    `${foreign(trail.asked ?? trail.operation)} by ${storyInShort(trail)}`,
    latency(trail.totalMs),
    ...(trail.firstContentMs === undefined ? [] : [`first ${latency(trail.firstContentMs)}`]),
    ...(trail.usage === undefined ? [] : [`tokens ${tokens(trail.usage)}`]),
    ...(trail.rehearsal ? ['a test of gw'] : []),
    foreign(trail.id),
  ];
  return heading(`${symbol} ${word}`) + parts.join('  ');
}

function heading(text: string): string {
  return fitText(text, 13);
}
