import { keyHeader } from '../../core/auth.ts';
import type { Clock } from '../../lib/clock.ts';
import { httpProxyRule } from '../../lib/http-proxy.ts';
import { hasChoices, modelsIn, wantsNewTokenLimit } from './answer.ts';
import { chatFailure, listFailure, noAnswerFailure, unresolvedKey } from './diagnosis.ts';
import type { Check, Failed, Passed, Subject } from './subject.ts';
import { callUpstream, type UpstreamAnswer } from './upstream-call.ts';

/** How to check: the list of models only, or a small paid chat request too. */
export interface CheckOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly send: boolean;
  /** Whose HTTP proxy is the way to the provider; the direct way without it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The model to send to; else the first known one. */
  readonly model?: string | undefined;
}

/** One check of a healthy host takes under a second; five survive a lost packet or two. */
export const CHECK_TIMEOUT_MS = 5_000;
// A local server may have to load the model from disk before its first token.
const SEND_TIMEOUT_MS = 30_000;

/** Asks a provider for its list of models with one key and, when told to, for a very short answer. */
export async function checkProvider(subject: Subject, options: CheckOptions): Promise<Check> {
  const label = { provider: subject.provider.name, key: subject.label };
  const unresolved = unresolvedKey(subject);
  if (unresolved) return { ...label, ms: 0, result: unresolved };
  const listed = await listModels(subject, options);
  const failedList = listed.result.is === 'failed' ? listed.result : undefined;
  // A host without a list of models may still answer a chat; one that cannot be reached or refuses the key will not.
  const hopeless = failedList && ![404, 405, 501].includes(failedList.status ?? 0);
  // The short request below is one of the OpenAI chat API.
  const cannotSend = subject.provider.format !== 'openai-chat';
  if (!options.send || hopeless || cannotSend) return { ...label, ...listed };
  const model = options.model ?? modelToSend(subject, listed.result);
  if (model === undefined) return { ...label, ...listed };
  return { ...label, ...(await sendChat(subject, model, listed.result, options)) };
}

type Tried = Pick<Check, 'ms' | 'result'>;

async function listModels(subject: Subject, { clock, timeoutMs, env }: CheckOptions): Promise<Tried> {
  const url = `${subject.provider.url}/models`;
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
  if (models === undefined) return { ms: answer.ms, result: listFailure(subject, answer) };
  const open = without?.is === 'ok' && modelsIn(without.value) !== undefined;
  const note = open ? `key not tried: its list of models is open to all (--send tries it)` : undefined;
  return { ms: answer.ms, result: { is: 'ok', models, answered: undefined, note } };
}

async function sendChat(
  subject: Subject,
  model: string,
  listed: Passed | Failed,
  { clock, env }: CheckOptions,
): Promise<Tried> {
  const url = `${subject.provider.url}/chat/completions`;
  const send = async (limit: string) =>
    callUpstream(
      {
        method: 'POST',
        url,
        proxy: proxyTo(url, env),
        headers: { 'content-type': 'application/json', ...headersFor(subject) },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Say ok.' }], [limit]: 16 }),
        timeoutMs: SEND_TIMEOUT_MS,
      },
      clock,
    );
  let sent = await send('max_tokens');
  if (sent.is === 'ok' && wantsNewTokenLimit(sent.value)) sent = await send('max_completion_tokens');
  if (sent.is === 'failed') {
    return { ms: sent.fault.ms, result: noAnswerFailure(subject, sent.fault, SEND_TIMEOUT_MS) };
  }
  const models = listed.is === 'ok' ? listed.models : [];
  return { ms: sent.value.ms, result: chatResult(subject, model, sent.value, models) };
}

function chatResult(
  subject: Subject,
  model: string,
  answer: UpstreamAnswer,
  models: readonly string[],
): Passed | Failed {
  if (!hasChoices(answer)) return chatFailure(subject, model, answer);
  return { is: 'ok', models, answered: model, note: undefined };
}

function proxyTo(url: string, env: CheckOptions['env']): URL | undefined {
  return env === undefined ? undefined : httpProxyRule(env)(new URL(url));
}

function headersFor({ provider, key }: Subject): Record<string, string> {
  const [name, value] = key ? keyHeader(provider.auth, key.reveal()) : [];
  return { ...provider.headers, ...(name !== undefined && value !== undefined && { [name]: value }) };
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
