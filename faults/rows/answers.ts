import { ask, CALLER_FORMATS, read, requestFor, type Wish } from '../asking.ts';
import { Crowd } from '../crowd.ts';
import { NO_BREAKER } from '../gateway.ts';
import { openFormats } from '../pairs.ts';
import { comesTrue, forEach, pause } from '../pause.ts';
import type { Finding, MeasuredRow } from '../row.ts';
import { duration, largest, Tally } from '../tally.ts';

const TEXT = 'Hi to you all, and more.';
const BROKEN = ['reset', 'fin', 'cut;by=end'] as const;

const truncation: MeasuredRow = {
  id: 'truncation',
  family: 'protocol',
  promise:
    'A stream broken at any byte, in any form, becomes another target’s answer, an explicit error or – after its end – a success: never a success that is not whole.',
  how: 'reset, FIN and a tidy end of the body at every 3rd byte (short form: every 29th) of a stream, four formats, read by a strict reader',
  pace: 'works',
  async run(scene) {
    const { first, gateway } = await openFormats(scene, NO_BREAKER);
    const { bare } = await scene.yardsticks(first.port);
    const stride = scene.pick(29, 3);
    const tally = new Tally();
    const ends = { first: 0, second: 0, told: 0 };
    let tried = 0;
    let beside = 0;
    let fooled = 0;
    for (const format of CALLER_FORMATS) {
      const model = `${format}!text=${encodeURIComponent(TEXT)}`;
      const whole = await ask(first.port, { format, model, stream: true });
      const cases = BROKEN.flatMap((form) =>
        Array.from({ length: Math.floor(whole.bytes.length / stride) }, (_, at) =>
          faultAt(form, at * stride),
        ),
      );
      await forEach(cases, 16, async (fault) => {
        const wish: Wish = { format, model: `${model}+${fault}`, stream: true };
        const answer = await ask(gateway.port, wish);
        const reading = read(answer, wish);
        // The second target is not asked for this text, so that one can tell who spoke; what goes on after a cut begins with it.
        const isTrue =
          reading.is === 'told' ||
          (reading.is === 'whole' && (reading.text === TEXT || isOther(reading.text)));
        tally.add(
          isTrue
            ? undefined
            : `${format} ${fault}: ${reading.is === 'wrong' ? reading.why : reading.text.slice(0, 60)}`,
        );
        if (reading.is === 'told') ends.told += 1;
        else if (reading.is === 'whole') ends[reading.text === TEXT ? 'first' : 'second'] += 1;
        tried += 1;
        if (tried % 5 === 0) {
          beside += 1;
          const through = await ask(bare.port, wish);
          const passed = through.status === 200 && through.whole && read(through, wish).is !== 'whole';
          if (passed) fooled += 1;
        }
      });
    }
    return tally.finding(
      `another target ${ends.second}, told ${ends.told}, whole ${ends.first}`,
      `bare: ${fooled} of ${beside} passed on as complete HTTP answers that were not`,
    );
  },
};

function faultAt(form: string, at: number): string {
  const [name = '', option] = form.split(';');
  return `${name}@byte=${at}${option === undefined ? '' : `;${option}`}`;
}

/** Not a piece of the text that was broken off. */
function isOther(text: string): boolean {
  return text.length > 0 && !TEXT.startsWith(text);
}

const GARBLED = [
  'html-200',
  'empty-200',
  'empty-200=object',
  'empty-200=null',
  'error-in-200',
  'error-in-200;code=rate_limit_exceeded',
  'junk-usage',
  'proto',
  'forged-events',
  'malformed@event=2',
  'extra-fields',
  'comments=ping',
  'crlf',
];

const garbled: MeasuredRow = {
  id: 'garbled',
  family: 'upstream',
  promise:
    'Web pages, nothing, errors and nonsense inside a 200 never reach a caller as an answer, and no cost becomes negative, infinite or no number.',
  how: `${GARBLED.length} ways to say nonsense, four formats, streamed and not; then what gw recorded of each`,
  pace: 'works',
  async run(scene) {
    const { first, gateway } = await openFormats(scene, NO_BREAKER);
    const { bare } = await scene.yardsticks(first.port);
    const tally = new Tally();
    let passed = 0;
    const wishes = CALLER_FORMATS.flatMap((format) =>
      [true, false].flatMap((stream) =>
        GARBLED.map((fault) => ({ format, stream, model: `${format}!${fault}` })),
      ),
    );
    await forEach(wishes, 8, async (wish) => {
      const reading = read(await ask(gateway.port, wish), wish);
      // Between equals bytes pass as they are, a provider's own nonsense about tokens included.
      const itsOwn =
        wish.model.endsWith('!junk-usage') && reading.is === 'wrong' && /tokens/.test(reading.why);
      const why = reading.is === 'wrong' ? reading.why : 'an error';
      tally.add(
        reading.is === 'whole' || itsOwn
          ? undefined
          : `${wish.model} ${wish.stream ? 'streamed' : 'whole'}: ${why}`,
      );
      const through = await ask(bare.port, wish);
      if (through.status === 200 && through.whole && read(through, wish).is !== 'whole') passed += 1;
    });
    await gateway.call('flush', {});
    const { out } = await gateway.run(['requests', '--json', '--limit', '1000']);
    const figures = numbersIn(out, /"(?:costUsd|input|output|total|cached\w*|reasoning)":\s*(-?[^,}\s]+)/g);
    const wrong = figures.filter((value) => !(Number(value) >= 0 && Number.isFinite(Number(value))));
    tally.require(figures.length > 0, 'no figure was recorded: nothing was shown');
    tally.require(wrong.length === 0, `recorded: ${wrong.slice(0, 3).join()}`);
    return tally.finding(
      `${wrong.length} of ${figures.length} recorded numbers wrong`,
      `bare: ${passed} of ${wishes.length} passed on as a 200 that no client can use`,
    );
  },
};

function numbersIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, value = '']) => value);
}

const bombs: MeasuredRow = {
  id: 'bombs',
  family: 'upstream',
  promise:
    'A gzip bomb, endless headers and an endless line are given up within 1 s, with at most 64 MiB more memory.',
  how: 'eight at a time, with no other target, from a provider that never stops',
  pace: 'alone',
  async run(scene) {
    const first = await scene.upstream();
    const gateway = await scene.gateway({
      providers: { first },
      routes: { main: { match: ['*'], targets: ['first'] } },
      policy: { ...NO_BREAKER, retriesLast: 0, retries: 0 },
    });
    for (let turn = 0; turn < 50; turn++) await ask(gateway.port);
    const before = gateway.rssMb();
    const tally = new Tally();
    const took: number[] = [];
    let most = before;
    const watch = new Crowd(1, async () => {
      most = Math.max(most, gateway.rssMb());
      await pause(20);
    });
    const faults = ['bomb=200MiB', 'endless-headers', 'framing=huge-chunk', 'framing=garbage'];
    const rounds = scene.pick(2, 10);
    const cases = Array.from({ length: rounds }, () => faults).flat();
    await forEach(cases, 8, async (fault) => {
      const { status, ms } = await ask(gateway.port, { model: `m!${fault}` });
      took.push(ms);
      tally.add(status === 502 ? undefined : `${fault}: ${status}`);
    });
    await watch.leave();
    const growth = most - before;
    tally.require(largest(took) <= scene.bar(1000), `slowest ${duration(largest(took))}`);
    tally.require(growth <= 64, `${growth.toFixed(0)} MiB more`);
    return tally.finding(`slowest ${duration(largest(took))}; memory +${growth.toFixed(0)} MiB`);
  },
};

const passthrough: MeasuredRow = {
  id: 'same-bytes',
  family: 'protocol',
  promise:
    'Between equals the request’s bytes pass unchanged but for the model’s name: unknown fields, large integers, duplicate keys and their order included.',
  how: 'made-up bodies with all of these, compared byte by byte with what the provider received',
  pace: 'works',
  async run(scene): Promise<Finding> {
    const first = await scene.upstream({ keepCalls: 20_000 });
    const gateway = await scene.gateway({
      providers: { first },
      routes: { main: { match: ['*'], targets: ['first/other'] } },
    });
    await comesTrue(() => first.simulator.received > 0, 3000);
    const tally = new Tally();
    const indexes = Array.from({ length: scene.pick(300, 10_000) }, (_, index) => index);
    await forEach(indexes, 16, async (index) => {
      const body = oddBody(index);
      const request = { ...requestFor({}), body };
      await fetch(`${gateway.origin}${request.path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      }).then((answer) => answer.arrayBuffer());
    });
    const received = new Set(first.simulator.calls.map(({ body }) => body));
    for (const index of indexes) {
      const expected = oddBody(index).replace('"model":"m"', '"model":"other"');
      tally.add(received.has(expected) ? undefined : `changed: ${expected.slice(0, 120)}`);
    }
    return tally.finding(`${tally.failures} bodies changed`);
  },
};

/** A body no parser gives back as it was; every index has its own. */
function oddBody(index: number): string {
  const parts = [
    '"model":"m"',
    `"messages":[{"role":"user","content":"n\\u00b0 ${index} \\ud83d\\ude00 é"}]`,
    `"x_big":${'9'.repeat(20 + (index % 7))}${index}`,
    `"x_twice":${index},"x_twice":1e${index % 300}`,
    `"x_nested": {"b" :1.0,"a":[ ${index}, -0, 1E-7 ]}`,
    '"__proto__":{"polluted":true}',
  ];
  const turned = [...parts.slice(index % parts.length), ...parts.slice(0, index % parts.length)];
  return `{${turned.join(index % 2 === 0 ? ',' : ' ,\n ')}}`;
}

const crossTalk: MeasuredRow = {
  id: 'cross-talk',
  family: 'protocol',
  promise:
    'Many requests at once over kept connections each get their own answer, whatever happens to the connections below.',
  how: 'every request carries a text of its own, which the provider repeats; some connections break or say more than they should',
  pace: 'works',
  async run(scene) {
    const first = await scene.upstream({ keepCalls: 0 });
    const gateway = await scene.gateway({
      providers: { first },
      routes: { main: { match: ['*'], targets: ['first'] } },
      policy: NO_BREAKER,
    });
    const tally = new Tally();
    let crossed = 0;
    const indexes = Array.from({ length: scene.pick(1500, 100_000) }, (_, index) => index);
    await forEach(indexes, 48, async (index) => {
      const bend =
        index % 7 === 0 ? '+idle-close=1ms;by=reset' : index % 11 === 0 ? '+framing=extra-response' : '';
      const text = `text-${index}-${'x'.repeat(index % 200)}`;
      const answer = await fetch(`${gateway.origin}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: `m!echo${bend}`, messages: [{ role: 'user', content: text }] }),
      });
      const said = await answer.text();
      if (/text-\d+-/.test(said) && !said.includes(`"${text}"`)) crossed += 1;
      tally.add(said.includes(`"${text}"`) ? undefined : `${answer.status} ${said.slice(0, 80)}`);
    });
    return tally.finding(`${crossed} answers of another`);
  },
};

/** What providers say that is not so, and what must come through as it is. */
export const PROTOCOL_ROWS: readonly MeasuredRow[] = [truncation, passthrough, crossTalk];
export const ANSWER_ROWS: readonly MeasuredRow[] = [garbled, bombs];
