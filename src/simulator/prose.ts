import { randomFrom } from './random.ts';

const PLACES = [
  'By the harbour',
  'On the far side of the valley',
  'Behind the old bakery',
  'At the edge of the orchard',
  'Under the railway bridge',
  'In the little café on the corner',
  'Halfway up the hill',
  'Along the river path',
] as const;

const WHO = [
  'a heron',
  'the night train',
  'an old violin',
  'the gardener',
  'a lighthouse keeper',
  'a flock of swifts',
  'the first snow',
  'a patient fisherman',
  'the morning fog',
  'a small grey cat',
] as const;

const DOES = [
  'waits without hurry',
  'arrives a little late',
  'is gone before anyone looks',
  'takes its time',
  'keeps the same hours every day',
  'makes room for one more',
  'listens to the rain',
  'remembers a better summer',
] as const;

const ENDS = [
  'and nobody minds.',
  'while the kettle sings.',
  'as the lamps come on.',
  'and the day begins again.',
  'until the tide turns.',
  'and that is enough.',
  'while the bells count to seven.',
  'and the coffee stays warm.',
  'as if there were no such thing as Monday.',
  'and the naïve young dog believes it.',
] as const;

/** Makes sentences; nothing comes twice before everything came once. */
function storyteller(random: () => number): () => string {
  const places = deal(PLACES, random);
  const who = deal(WHO, random);
  const does = deal(DOES, random);
  const ends = deal(ENDS, random);
  return () => `${places()} ${who()} ${does()}, ${ends()}`;
}

function deal(cards: readonly string[], random: () => number): () => string {
  let deck: string[] = [];
  return () => {
    if (deck.length === 0) deck = [...cards];
    return deck.splice(Math.floor(random() * deck.length), 1)[0] ?? '';
  };
}

/** Pleasant short prose as tokens; two to four sentences, or exactly `count` tokens when that is given. */
export function proseTokens(seed: number, count?: number): string[] {
  const random = randomFrom(seed);
  const sentences = 2 + Math.floor(random() * 3);
  const sentence = storyteller(random);
  const tokens: string[] = [];
  for (let written = 0; count === undefined ? written < sentences : tokens.length < count; written++) {
    tokens.push(...tokensOf(`${tokens.length === 0 ? '' : ' '}${sentence()}`));
  }
  if (count === undefined || tokens.length === count) return tokens;
  const cut = tokens.slice(0, count);
  if (cut.length > 0) cut.push((cut.pop() ?? '').replace(/[.,]?$/, '.'));
  return cut;
}

/** Cuts text into tokens: a word with the space before it, long words in pieces. Joined they are the text again. */
export function tokensOf(text: string): string[] {
  return text.match(/\s*\S{1,24}|\s+/g) ?? [];
}
