import { explainUnresolved } from '../../config/index.ts';
import { takesKey } from '../../core/auth.ts';
import { BASE_PATHS } from '../../core/base-path.ts';
import { terminalSafe } from '../../lib/terminal-safe.ts';
import { formatNamed } from '../chat/question.ts';
import { isThisMachine } from './address.ts';
import { errorText, faultIn, kindOfText } from './answer.ts';
import type { Failed, Subject } from './subject.ts';
import type { NoAnswer, UpstreamAnswer } from './upstream-call.ts';

/** A key that does not resolve here, so that nothing can be sent. */
export function unresolvedKey({ provider, preset, label, reference, key }: Subject): Failed | undefined {
  if (key !== undefined || reference === undefined || !takesKey(provider.auth)) return undefined;
  const { why, fix } = explainUnresolved(reference);
  const page = preset?.keysPage;
  return failure(`${label} does not resolve`, why, page === undefined ? fix : `${fix} (keys: ${page})`);
}

/** Requests that have to be signed, or need a token first: only the daemon does that. */
export function cannotSign({ provider }: Subject): Failed | undefined {
  if (takesKey(provider.auth) || provider.auth === 'none' || provider.auth === 'passthrough')
    return undefined;
  const why = `only a running gw signs requests for ${provider.auth} credentials`;
  return failure('not tried', why, `gw test-route ROUTE (a route with ${provider.name} in it)`);
}

/** No answer came: which part of the way is broken. */
export function noAnswerFailure({ provider, preset }: Subject, fault: NoAnswer, timeoutMs: number): Failed {
  const { hostname, host, protocol } = new URL(provider.url);
  const local = isThisMachine(hostname);
  const test = `gw provider test ${provider.name}`;
  const edit = `gw provider edit ${provider.name} --url …`;
  if (fault.code === 'ECONNREFUSED') {
    return local
      ? failure('nothing listens there', `${host} refuses connections`, `start the server, then: ${test}`)
      : failure(
          'connection refused',
          `${host} is up, but nothing answers on that port`,
          `check the address: ${edit}`,
        );
  }
  if (fault.code === 'ENOTFOUND' || fault.code === 'EAI_AGAIN') {
    // The address of a preset is not misspelt.
    const fix =
      preset?.url === provider.url
        ? `check the network, VPN or DNS of this machine, then: ${test}`
        : `check the spelling or the network: ${edit}`;
    return failure('no such host', `${hostname} has no address (DNS)`, fix);
  }
  if (TIMEOUTS.has(fault.code)) {
    const why = `${host} gave no answer within ${timeoutMs / 1000} s`;
    return failure('timed out', why, `check the network or a firewall on the way, then: ${test}`);
  }
  if (UNREACHABLE.has(fault.code)) {
    return failure(
      'no way there',
      `the network does not reach ${host}`,
      `check the network or VPN, then: ${test}`,
    );
  }
  if (isTlsFault(fault.code)) {
    const why = `the certificate or handshake of ${host} is not in order (${fault.code})`;
    const fix =
      protocol === 'https:' && local
        ? `a server on this machine usually speaks http: gw provider edit ${provider.name} --url http://${host}/v1`
        : 'behind a company proxy, set NODE_EXTRA_CA_CERTS to its certificate; else check the address';
    return failure('TLS failed', why, fix);
  }
  if (fault.code.startsWith('HPE_')) {
    return failure(
      'not HTTP',
      `what answers on ${host} does not speak HTTP`,
      `check scheme and port: ${edit}`,
    );
  }
  return failure(
    'broke off',
    `${host}: ${terminalSafe(fault.message)} (${fault.code})`,
    `try again: ${test}`,
  );
}

/** A list of models was asked for, and something else came. */
export function listFailure(subject: Subject, url: string, answer: UpstreamAnswer): Failed {
  const { provider } = subject;
  const known = knownFailure(subject, answer);
  if (known) return known;
  if (answer.status === 404 || answer.status === 405) {
    const prefix = BASE_PATHS[provider.format];
    const complete = prefix === '' || /\/v\d/.test(new URL(provider.url).pathname);
    const fix = complete
      ? `check the address; a host without a list of models: gw provider test ${provider.name} --send`
      : `most hosts want ${prefix}: gw provider edit ${provider.name} --url ${provider.url}${prefix}`;
    return failure(
      `no list of models (${answer.status})`,
      `${url.split('?', 1)[0] ?? url} is not there`,
      fix,
      answer.status,
    );
  }
  if (answer.status === 200) {
    const why = `it answered with ${kindOfText(answer.text)} instead of a list of models`;
    return failure(
      'not a model API',
      why,
      `check the address: gw provider edit ${provider.name} --url …`,
      200,
    );
  }
  return unexpected(provider.name, answer);
}

/** A chat request was sent, and something else than an answer came. */
export function chatFailure(subject: Subject, model: string, answer: UpstreamAnswer): Failed {
  const { name } = subject.provider;
  const known = knownFailure(subject, answer);
  if (known) return known;
  const said = errorText(answer);
  const missing = faultIn(formatNamed(subject.provider.format), answer) === 'upstream_model_missing';
  if (missing || (answer.status === 400 && said?.includes(model))) {
    const why = said ?? `it does not know the model ${model}`;
    return failure(
      `${model} refused`,
      why,
      `name another: gw provider test ${name} --send --model …`,
      answer.status,
    );
  }
  if (answer.status === 200) {
    const why = said ?? `it answered with ${kindOfText(answer.text)}`;
    return failure('no answer in the answer', why, `check the address: gw provider show ${name}`, 200);
  }
  return unexpected(name, answer);
}

/** What means the same on every path. */
function knownFailure({ provider, preset, label, key }: Subject, answer: UpstreamAnswer): Failed | undefined {
  const { status } = answer;
  const code = faultIn(formatNamed(provider.format), answer);
  const test = `gw provider test ${provider.name}`;
  if (status === 401 || status === 403 || code === 'upstream_refused_key') {
    if (provider.auth === 'passthrough') {
      const why = "it gets each caller's own key, and a test has none";
      return failure(`wants a key (${status})`, why, 'reached it; try it with a request through gw', status);
    }
    if (key === undefined) {
      const fix = `gw key set ${provider.name}`;
      return failure(`wants a key (${status})`, `${provider.name} has none`, fix, status);
    }
    const why = `the provider does not accept what ${label} holds`;
    return failure(`key refused (${status})`, why, setKey(label, provider.name, preset?.keysPage), status);
  }
  if (status === 402 || code === 'upstream_out_of_credit') {
    const why = errorText(answer) ?? 'the account behind the key has no credit left';
    return failure(`out of credit (${status})`, why, `top up the account, then: ${test}`, status);
  }
  if (status === 429) {
    const wait = /^\d+$/.test(answer.retryAfter ?? '') ? ` in ${answer.retryAfter} s` : ' later';
    const why = errorText(answer) ?? 'the provider limits the rate of this key';
    return failure('rate limited (429)', why, `try again${wait}: ${test}`, status);
  }
  if (status >= 500) {
    const why = errorText(answer) ?? 'the provider is overloaded or failing';
    return failure(
      `in trouble (${status})`,
      why,
      `routes pass it over meanwhile; try again later: ${test}`,
      status,
    );
  }
  if (status >= 300 && status < 400) {
    const why = `it redirects to ${redirectGoal(answer, provider.url)}, and gw follows no redirects`;
    return failure(`redirect (${status})`, why, `gw provider edit ${provider.name} --url …`, status);
  }
  return undefined;
}

function unexpected(name: string, answer: UpstreamAnswer): Failed {
  const why = errorText(answer) ?? `it answered with ${kindOfText(answer.text)}`;
  return failure(`refused (${answer.status})`, why, `check it: gw provider show ${name}`, answer.status);
}

function failure(what: string, why: string, fix: string, status?: number): Failed {
  return { is: 'failed', what, why, fix, status };
}

const TIMEOUTS = new Set(['TIMEOUT', 'ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT']);
const UNREACHABLE = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL']);

/** OpenSSL's verification results, and Node.js's names for failed handshakes. */
function isTlsFault(code: string): boolean {
  return /CERT|^ERR_SSL|^ERR_TLS|^EPROTO$|UNABLE_TO_|SELF_SIGNED/.test(code);
}

function redirectGoal({ location }: UpstreamAnswer, base: string): string {
  if (location === undefined || !URL.canParse(location, base)) return 'nowhere';
  const { origin, pathname } = new URL(location, base);
  return terminalSafe(origin + pathname);
}

/** How a person gives a key of this kind a new value. */
function setKey(label: string, provider: string, keysPage: string | undefined): string {
  const made = keysPage === undefined ? '' : ` (keys: ${keysPage})`;
  // The daemon keeps the value it was started with until it is handed a new one.
  if (label.startsWith('env:')) return `export ${label.slice(4)}=…${made}, then: gw reload`;
  if (label.startsWith('file:')) return `put the key into ${label.slice(5)}${made}, then: gw reload`;
  return `gw provider edit ${provider} --key-stdin${made}`;
}
