import { keyHeader } from '../../core/auth.ts';
import type { Format, WireRequest } from '../../core/format.ts';
import { modelListUrl } from '../../core/model-list.ts';
import type { Signer } from '../../core/ports.ts';
import type { Quirk } from '../../core/profile.ts';
import type { Clock } from '../../lib/clock.ts';
import { httpProxyRule } from '../../lib/http-proxy.ts';
import { headerPairs } from '../chat/caller.ts';
import { formatNamed, SHORT_ANSWER_TOKENS, writeQuestion } from '../chat/question.ts';
import { isAnswer, modelsIn, wantsNewTokenLimit } from './answer.ts';
import { cannotSign, chatFailure, listFailure, noAnswerFailure, unresolvedKey } from './diagnosis.ts';
import { type FindSigner, signedHeaders, trySigning } from './signing.ts';
import type { Check, Failed, Passed, Subject } from './subject.ts';
import { callUpstream } from './upstream-call.ts';

/** How to check: the list of models only, or a small paid chat request too. */
export interface CheckOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly send: boolean;
  /** Whose HTTP proxy is the way to the provider; the direct way without it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The model to send to; else the first known one. */
  readonly model?: string | undefined;
  /** Without it, providers whose requests are signed are not tried. */
  readonly signerFor?: FindSigner;
}

/** One check of a healthy host takes under a second; five survive a lost packet or two. */
export const CHECK_TIMEOUT_MS = 5_000;
// A local server may have to load the model from disk before its first token.
const SEND_TIMEOUT_MS = 30_000;

/** Asks a provider for its list of models with one key and, when told to, for a very short answer. */
export async function checkProvider(subject: Subject, options: CheckOptions): Promise<Check> {
  const label = { provider: subject.provider.name, key: subject.label };
  const signer = options.signerFor?.(subject.provider);
  const unresolved = unresolvedKey(subject) ?? (signer ? undefined : cannotSign(subject));
  if (unresolved) return { ...label, ms: 0, result: unresolved };
  const listed = signer ? await sign(subject, signer, options) : await listModels(subject, options);
  const failedList = listed.result.is === 'failed' ? listed.result : undefined;
  // A host without a list of models may still answer a chat; one that cannot be reached or refuses the key will not.
  const hopeless = failedList && ![404, 405, 501].includes(failedList.status ?? 0);
  const format = formatNamed(subject.provider.format);
  if (!options.send || hopeless || !format) return { ...label, ...listed };
  const model = options.model ?? modelToSend(subject, listed.result);
  if (model === undefined) return { ...label, ...listed };
  return { ...label, ...(await sendChat(subject, { format, model }, listed.result, options)) };
}

type Tried = Pick<Check, 'ms' | 'result'>;

/** Lists of models are another service at the clouds, if there are any. */
async function sign(subject: Subject, signer: Signer, { clock }: CheckOptions): Promise<Tried> {
  const started = clock.monotonic();
  const result = await trySigning(subject, signer);
  return { ms: clock.monotonic() - started, result };
}

async function listModels(subject: Subject, { clock, timeoutMs, env }: CheckOptions): Promise<Tried> {
  const url = modelListUrl(subject.provider.url, subject.provider.format);
  if (url === undefined) {
    const note = 'not called: its API has no list of models (--send tries it)';
    return { ms: 0, result: { is: 'ok', models: [], answered: undefined, note } };
  }
  const call = { method: 'GET', url, proxy: proxyTo(url, env), timeoutMs } as const;
  const [withKey, without] = await Promise.all([
    callUpstream({ ...call, headers: headersFor(subject) }, clock),
    // Some hosts list their models to anyone: then a good answer says nothing about the key.
    subject.key
      ? callUpstream({ ...call, headers: headersFor({ ...subject, key: undefined }) }, clock)
      : undefined,
  ]);
  if (withKey.is === 'failed') {
    return { ms: withKey.fault.ms, result: noAnswerFailure(subject, withKey.fault, timeoutMs) };
  }
  const answer = withKey.value;
  const models = modelsIn(answer);
  if (models === undefined) return { ms: answer.ms, result: listFailure(subject, url, answer) };
  const open = without?.is === 'ok' && modelsIn(without.value) !== undefined;
  const note = open ? `key not tried: its list of models is open to all (--send tries it)` : undefined;
  return { ms: answer.ms, result: { is: 'ok', models, answered: undefined, note } };
}

interface Speech {
  readonly format: Format;
  readonly model: string;
}

async function sendChat(
  subject: Subject,
  speech: Speech,
  listed: Passed | Failed,
  options: CheckOptions,
): Promise<Tried> {
  const { format, model } = speech;
  const { quirks } = subject.provider;
  // Only newer models of OpenAI want the new name of the limit, and say so; others know the old one, or ignore both.
  let sent = await send(subject, write(speech, [...quirks, 'max-tokens-old']), options);
  if (sent.is === 'ok' && wantsNewTokenLimit(sent.value)) {
    const others = quirks.filter((quirk) => quirk !== 'max-tokens-old');
    sent = await send(subject, write(speech, others), options);
  }
  if (sent.is === 'failed') {
    return { ms: sent.fault.ms, result: noAnswerFailure(subject, sent.fault, SEND_TIMEOUT_MS) };
  }
  const answer = sent.value;
  const models = listed.is === 'ok' ? listed.models : [];
  if (!isAnswer(format, answer)) return { ms: answer.ms, result: chatFailure(subject, model, answer) };
  return { ms: answer.ms, result: { is: 'ok', models, answered: model, note: undefined } };
}

function write({ format, model }: Speech, quirks: readonly Quirk[]): WireRequest | undefined {
  const question = { text: 'Say ok.', model, stream: false, maxTokens: SHORT_ANSWER_TOKENS, quirks };
  return writeQuestion(format, question);
}

async function send(
  subject: Subject,
  request: WireRequest | undefined,
  { clock, env, signerFor }: CheckOptions,
): ReturnType<typeof callUpstream> {
  const url = subject.provider.url + (request?.path ?? '');
  const asked = { method: 'POST', url, body: request?.body ?? null };
  const signed = await signedHeaders(signerFor?.(subject.provider), asked);
  return callUpstream(
    {
      method: 'POST',
      url,
      proxy: proxyTo(url, env),
      headers: { 'content-type': 'application/json', ...headersFor(subject), ...signed },
      ...(request && { body: request.body }),
      timeoutMs: SEND_TIMEOUT_MS,
    },
    clock,
  );
}

function proxyTo(url: string, env: CheckOptions['env']): URL | undefined {
  return env === undefined ? undefined : httpProxyRule(env)(new URL(url));
}

function headersFor({ provider, key }: Subject): Record<string, string> {
  return {
    ...headerPairs(formatNamed(provider.format)?.requestHeaders ?? []),
    ...provider.headers,
    ...headerPairs(key ? keyHeader(provider.auth, key.reveal()) : []),
  };
}

/** The model a person would name first: one they listed, the preset's cheap one, else the first that can chat. */
export function modelToSend(
  subject: Pick<Subject, 'provider' | 'preset'>,
  listed: Passed | Failed | undefined,
): string | undefined {
  return (
    subject.provider.models[0] ??
    subject.preset?.model ??
    (listed?.is === 'ok' ? listed.models.find((model) => !NO_CHAT.test(model)) : undefined)
  );
}

// Lists name models of every kind; these do not answer chats.
const NO_CHAT = /embed|whisper|tts|audio|image|dall-e|moderation|rerank|ocr|transcribe|realtime|guard/i;
