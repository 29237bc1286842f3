import type {
  CallPart,
  Loss,
  OpaqueState,
  Part,
  ReasoningPart,
  ResultPart,
  TextPart,
  Turn,
} from '../../core/conversation.ts';
import type { FormatName } from '../../core/operation.ts';
import { type IdRule, legalId } from './ids.ts';

/** What a target takes in a conversation's history. */
export interface FitRules {
  readonly format: FormatName;
  readonly provider: string;
  readonly ids: IdRule;
  /**
   * Thoughts without state of the target's own: `drop` them, or keep the `text` where the target has a place for plain
   * thoughts.
   */
  readonly foreignReasoning: 'drop' | 'text';
  /**
   * What vouches for a thought stands on what follows it: a thought without state is the target's own where the rest of
   * the turn has state of the target's, and nothing is lost without its text.
   */
  readonly signsBeside?: true;
  /** Neighbouring turns of one role are one turn. */
  readonly joinsTurns: boolean;
  /**
   * Instructions after the first user or assistant turn: where they stand; there only if that is after the user's words
   * and before the model's (or at the end); or told by the user.
   */
  readonly lateSystem: 'native' | 'after-user' | 'as-user';
}

/** A conversation that the target can take. */
export interface Fitted {
  /** The instructions it begins with. */
  readonly system: readonly Part[];
  /** The rest; with `lateSystem: 'as-user'` only `user` and `assistant`. */
  readonly turns: readonly Turn[];
  readonly losses: ReadonlySet<Loss>;
}

/**
 * Makes history acceptable to one target, for this attempt only:
 * opaque state goes to its owner and nobody else; ids are spelled as the target allows; every call is followed by its
 * result, all results of a turn together and before anything else the user says; a call without a result is answered
 * with an error, a result without a call is told as text. Parts with opaque state are never joined, cut or moved.
 */
export function fitTurns(turns: readonly Turn[], rules: FitRules): Fitted {
  const losses = new Set<Loss>();
  const own = rules.signsBeside === true ? ownTurns(turns, rules) : NO_TURNS;
  const owned = turns
    .map((turn) => ownState(turn, rules, own.has(turn) ? new Set() : losses))
    .filter(hasParts);
  const lead = owned.findIndex(({ role }) => role === 'user' || role === 'assistant');
  const from = lead === -1 ? owned.length : lead;
  const system = owned.slice(0, from).flatMap(({ parts }) => parts);
  const rest = owned.slice(from).map((turn) => placeSystem(turn, rules, losses));
  const paired = pairCalls(rest, rules.ids, losses).filter(hasParts);
  const placed = rules.lateSystem === 'after-user' ? settleSystem(paired, losses) : paired;
  return { system, turns: rules.joinsTurns ? joinTurns(placed) : placed, losses };
}

function hasParts({ parts }: Turn): boolean {
  return parts.length > 0;
}

function ownState(turn: Turn, rules: FitRules, losses: Set<Loss>): Turn {
  const parts = turn.parts.flatMap((part): Part[] => {
    const opaque = part.opaque?.filter((state) => isOwn(state, rules));
    const kept = withOpaque(part, opaque);
    if (kept.kind === 'reasoning') return keepReasoning(kept, rules, losses);
    const isSaid = kept.kind === 'text' || kept.kind === 'refusal';
    if (isSaid && kept.text === '' && kept.opaque === undefined) return [];
    return [kept];
  });
  return { ...turn, parts };
}

const NO_TURNS: ReadonlySet<Turn> = new Set();

/** The turns of the model in whose run there is state of the target's: some formats tell each part in a turn of its own. */
function ownTurns(turns: readonly Turn[], rules: FitRules): ReadonlySet<Turn> {
  const own = new Set<Turn>();
  let run: Turn[] = [];
  for (const turn of [...turns, undefined]) {
    if (turn?.role === 'assistant') {
      run.push(turn);
      continue;
    }
    const states = run.flatMap(({ parts }) => parts.flatMap(({ opaque = [] }) => opaque));
    if (states.length > 0 && states.every((state) => isOwn(state, rules)))
      for (const one of run) own.add(one);
    run = [];
  }
  return own;
}

function isOwn(state: OpaqueState, { format, provider }: FitRules): boolean {
  return state.format === format && (state.provider === undefined || state.provider === provider);
}

function withOpaque(part: Part, opaque: readonly OpaqueState[] | undefined): Part {
  if (part.opaque === undefined) return part;
  const { opaque: _, ...bare } = part;
  return opaque === undefined || opaque.length === 0 ? bare : { ...bare, opaque };
}

function keepReasoning(part: ReasoningPart, rules: FitRules, losses: Set<Loss>): Part[] {
  if (part.opaque !== undefined) return [part];
  if (rules.foreignReasoning === 'text' && part.text !== '') return [part];
  losses.add('reasoning');
  return [];
}

function placeSystem(turn: Turn, { lateSystem }: FitRules, losses: Set<Loss>): Turn {
  return lateSystem !== 'as-user' || !isSystem(turn) ? turn : tellSystem(turn, losses);
}

/** Instructions that follow each other are one turn, which stays where the target takes it. */
function settleSystem(turns: readonly Turn[], losses: Set<Loss>): Turn[] {
  const settled: Turn[] = [];
  for (let at = 0; at < turns.length;) {
    const from = at;
    while (at < turns.length && isSystem(turns[at])) at++;
    const run = turns.slice(from, at);
    const next = turns[at];
    const fits = settled.at(-1)?.role === 'user' && next?.role !== 'user';
    if (run.length > 0 && fits) settled.push({ role: 'system', parts: run.flatMap(({ parts }) => parts) });
    else settled.push(...run.map((turn) => tellSystem(turn, losses)));
    if (next) settled.push(next);
    at++;
  }
  return settled;
}

function isSystem(turn: Turn | undefined): boolean {
  return turn?.role === 'system' || turn?.role === 'developer';
}

function tellSystem(turn: Turn, losses: Set<Loss>): Turn {
  losses.add('late-system');
  const parts = turn.parts.map((part) =>
    part.kind === 'text' ? { ...part, text: `<system>\n${part.text}\n</system>` } : part,
  );
  return { role: 'user', parts };
}

/**
 * Walks the turns; ids repeat from turn to turn, so a result belongs to the nearest call before it that has none yet.
 */
function pairCalls(turns: readonly Turn[], ids: IdRule, losses: Set<Loss>): Turn[] {
  const speller = new IdSpeller(ids);
  const paired: Turn[] = [];
  let at = 0;
  while (at < turns.length) {
    const turn = turns[at++];
    if (turn === undefined) break;
    if (turn.role !== 'assistant') {
      paired.push({ ...turn, parts: turn.parts.map((part) => tellOrphan(part, losses)) });
      continue;
    }
    // Everything the model said before somebody else spoke is one turn: its calls are answered together.
    const spoken: Turn[] = [turn];
    for (let next = turns[at]; next?.role === 'assistant'; next = turns[++at]) spoken.push(next);
    const calls: SpelledCall[] = [];
    for (const said of spoken) paired.push(spellCalls(said, speller, calls));
    if (calls.length === 0) continue;
    const reply: Turn[] = [];
    for (let next = turns[at]; next !== undefined && next.role !== 'assistant'; next = turns[++at])
      reply.push(next);
    paired.push(...answerCalls(calls, reply, losses));
  }
  return paired;
}

/** A call, and the id by which the target is told of it. */
interface SpelledCall {
  readonly call: CallPart;
  readonly id: string;
}

/**
 * Spells ids as the target allows. Providers that count from zero in every turn repeat theirs, and some targets refuse a
 * conversation in which two calls have the same; what came first keeps its id, so that the prompt's beginning stays.
 */
class IdSpeller {
  readonly #rule: IdRule;
  readonly #used = new Set<string>();
  readonly #times = new Map<string, number>();

  constructor(rule: IdRule) {
    this.#rule = rule;
  }

  spell(given: string): string {
    for (;;) {
      const times = (this.#times.get(given) ?? 0) + 1;
      this.#times.set(given, times);
      const id = legalId(times === 1 ? given : `${given}#${times}`, this.#rule);
      if (this.#used.has(id)) continue;
      this.#used.add(id);
      return id;
    }
  }
}

function spellCalls(turn: Turn, speller: IdSpeller, calls: SpelledCall[]): Turn {
  const parts = turn.parts.map((part) => {
    if (part.kind !== 'call') return part;
    const id = speller.spell(part.id);
    calls.push({ call: part, id });
    return { ...part, id };
  });
  return { ...turn, parts };
}

/** The turns between two of the model's: first one with all the results, then what else was said. */
function answerCalls(calls: readonly SpelledCall[], reply: readonly Turn[], losses: Set<Loss>): Turn[] {
  const waiting = new Map<string, ResultPart[]>();
  for (const { parts } of reply) {
    for (const part of parts) {
      if (part.kind !== 'result') continue;
      const same = waiting.get(part.id);
      if (same) same.push(part);
      else waiting.set(part.id, [part]);
    }
  }
  const used = new Set<Part>();
  const answers = calls.map(({ call, id }): ResultPart => {
    const found = waiting.get(call.id)?.shift();
    if (found) used.add(found);
    else losses.add('orphan-call');
    return { ...(found ?? MISSING_RESULT), id, name: call.name };
  });
  const others = reply.map((turn) => ({
    ...turn,
    parts: turn.parts.filter((part) => !used.has(part)).map((part) => tellOrphan(part, losses)),
  }));
  return [{ role: 'user', parts: answers }, ...others];
}

const MISSING_RESULT: Omit<ResultPart, 'id'> = {
  kind: 'result',
  content: [{ kind: 'text', text: 'This call was not carried out.' }],
  isError: true,
};

function tellOrphan(part: Part, losses: Set<Loss>): Part {
  if (part.kind !== 'result') return part;
  losses.add('orphan-result');
  return { kind: 'text', text: resultText(part) };
}

function resultText(result: ResultPart): string {
  const texts = result.content.filter((part): part is TextPart => part.kind === 'text');
  const answer = texts.map(({ text }) => text).join('\n');
  return `<result of ${result.name ?? result.id}>\n${answer}\n</result>`;
}

function joinTurns(turns: readonly Turn[]): Turn[] {
  const joined: { readonly role: Turn['role']; readonly parts: Part[] }[] = [];
  for (const turn of turns) {
    const last = joined.at(-1);
    // Added in place: copied with every turn, some thousand of one role stopped the whole proxy for seconds.
    if (last?.role === turn.role) for (const part of turn.parts) last.parts.push(part);
    else joined.push({ ...turn, parts: [...turn.parts] });
  }
  return joined;
}
