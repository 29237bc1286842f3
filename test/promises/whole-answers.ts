import { ANSWER, HIDDEN, NEVER, type PromiseRow, row } from './row.ts';

/** What reaches the caller is whole, or is said not to be. */
export const WHOLE_ANSWERS = {
  'cut-continued': row(
    'An answer that breaks off is finished by another target: one stream with one id, one end and no word twice.',
    'docs/failure-policy.md: a cut stream',
  ),
  'cut-told': row(
    'An answer that breaks off and cannot be continued ends in an error and a broken connection, never in a tidy end.',
    NEVER,
  ),
  'reset-after-content': row(
    'A stream that breaks after content was delivered ends in an explicit error, never as if complete.',
    HIDDEN,
  ),
  'last-event-closed': row(
    'A stream that is whole but for the blank line of its last event is given that line: readers drop open events.',
    'WHATWG HTML 9.2.6: an event without a blank line is discarded',
  ),
  'whole-stall-begun-anew': row(
    'A whole answer that stops coming is begun anew by another target after idleTakeoverMs.',
    'docs/failure-policy.md: a cut stream',
  ),
  'kept-bytes-bounded': row(
    'What is kept of all streams to go on with them is bounded together, and the longest give way.',
    'docs/failure-policy.md: a cut stream',
  ),
  'reset-after-end': row('A connection that breaks after the terminal event is a success.', ANSWER),
  'truncation-never-success': row(
    'An answer without its terminal event is never recorded or delivered as complete.',
    HIDDEN,
  ),
  'held-opening': row(
    'A failed target leaves no byte in the answer: opening frames wait for the first content.',
    ANSWER,
  ),
  'same-bytes': row('Bodies pass unchanged in both directions but for the model name.', NEVER),
  'usage-stripped': row(
    'Usage that gw asked for itself is recorded and taken out again.',
    'openai SDK: an extra chunk without choices',
  ),
  'media-elsewhere': row(
    'Pictures, sound and transcripts come from another format’s provider as they were asked for, or not from it.',
    ANSWER,
  ),
  'state-own-conversation': row(
    'No conversation gets the signature of another, though the ids of calls repeat.',
    NEVER,
  ),
  'lost-picture-said': row(
    'A picture that the caller’s format has no place for is reported as lost.',
    HIDDEN,
  ),
  'lost-answer-said': row(
    'Sound, steps of a provider’s own tools and sources without an address that a translated answer leaves out are reported as lost.',
    HIDDEN,
  ),
  'limits-retold': row('A provider’s rate limits are told in the words the caller’s library reads.', HIDDEN),
} satisfies Readonly<Record<string, PromiseRow>>;
