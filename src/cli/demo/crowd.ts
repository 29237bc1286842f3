import { CALLER_FORMATS } from '../../formats/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { createSimulator } from '../../simulator/index.ts';
import type { ChatAnswer, ChatContent } from '../chat/answer.ts';
import { type Caller, openCaller } from '../chat/caller.ts';

/** The callers of the demo: what their user agents say, and how they ask. */
const CLIENTS = [
  { agent: 'chat-app/2.4', stream: true },
  { agent: 'nightly-report/1.0', stream: false },
  { agent: 'code-review/0.9', stream: true },
  { agent: 'notebook/3.1', stream: true },
  { agent: 'mail-sorter/1.7', stream: false },
] as const;

const QUESTIONS = [
  'What does the harbour look like in the morning?',
  'Tell me about the night train.',
  'Who looks after the orchard?',
  'What happens when it snows?',
  'Describe the café on the corner.',
  'Where does the river path lead?',
];

// Longer than gw needs to try every target of the demo: a caller that still waits then has found a defect.
const PATIENCE_MS = 10_000;

/** One request of the demo, with what came back, held against what the simulator says when asked directly. */
export interface Asked {
  /** The id gw gave it; undefined when no answer came. */
  readonly id: string | undefined;
  readonly client: string;
  readonly stream: boolean;
  /** The provider that served it, by gw's own word. */
  readonly servedBy: string | undefined;
  readonly answer: ChatAnswer;
  /**
   * - `correct`: whole, and exactly what the simulator says to that question.
   * - `told`: the answer broke off, and the caller was told so.
   * - `wrong`: anything else.
   */
  readonly verdict: 'correct' | 'told' | 'wrong';
  /** What is not as it should be. */
  readonly problem: string | undefined;
}

/** Everybody who asks gw something in the demo. */
export class Crowd {
  readonly #caller: Caller;
  readonly #baseUrl: string;
  readonly #expected: readonly ChatContent[];
  #asked = 0;

  constructor(caller: Caller, baseUrl: string, expected: readonly ChatContent[]) {
    this.#caller = caller;
    this.#baseUrl = baseUrl;
    this.#expected = expected;
  }

  /** The next caller in turn asks the next question. */
  async ask(): Promise<Asked> {
    const turn = this.#asked++;
    const client = CLIENTS[turn % CLIENTS.length] ?? CLIENTS[0];
    const question = turn % QUESTIONS.length;
    const answer = await this.#caller.ask({
      baseUrl: this.#baseUrl,
      format: CALLER_FORMATS['openai-chat'],
      question: { text: QUESTIONS[question] ?? '', model: 'assistant', stream: client.stream },
      headers: { 'user-agent': client.agent },
      timeoutMs: PATIENCE_MS,
    });
    const servedBy = answer.headers['x-gw-provider'];
    const problem = whatIsWrong(answer, servedBy, this.#expected[question]);
    return {
      id: answer.headers['x-gw-request-id'],
      client: client.agent,
      stream: client.stream,
      servedBy: answer.is === 'whole' ? servedBy : undefined,
      answer,
      verdict: problem === undefined ? 'correct' : answer.is === 'broken' && client.stream ? 'told' : 'wrong',
      problem,
    };
  }

  close(): Promise<void> {
    return this.#caller.close();
  }
}

/** Gathers the crowd, and finds out first what the simulator says to each question without gw in between. */
export async function openCrowd(address: string, seed: number, clock: Clock): Promise<Crowd> {
  const caller = await openCaller(clock);
  const reference = createSimulator({ name: 'reference', seed, keepCalls: 0 });
  try {
    const { url } = await reference.listen();
    const expected: ChatContent[] = [];
    for (const text of QUESTIONS) {
      const answer = await caller.ask({
        baseUrl: url,
        format: CALLER_FORMATS['openai-chat'],
        question: { text, model: 'reference', stream: false },
        headers: {},
        timeoutMs: PATIENCE_MS,
      });
      expected.push(answer.content);
    }
    return new Crowd(caller, `${address}/v1`, expected);
  } finally {
    await reference.close();
  }
}

/** Simulators of one seed say the same and sign it with their names: a mix-up or a lost byte cannot hide. */
function whatIsWrong(
  { is, content, problem, status }: ChatAnswer,
  servedBy: string | undefined,
  expected: ChatContent | undefined,
): string | undefined {
  if (is !== 'whole') return `${status ?? 'no answer'}: ${problem ?? is}`;
  if (content.text !== expected?.text) return 'the text is not what the simulator says';
  if (content.id !== expected.id) return 'the answer belongs to another question';
  if (content.finish !== expected.finish)
    return `it finished for another reason: ${content.finish ?? 'none'}`;
  if (content.fingerprint === `fp_${servedBy ?? ''}`) return undefined;
  return `gw names ${servedBy ?? 'nobody'}, and the answer is signed ${content.fingerprint ?? 'by nobody'}`;
}
