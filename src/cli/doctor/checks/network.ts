import type { Provider } from '../../../core/profile.ts';
import { formatDuration } from '../../../lib/duration.ts';
import { httpProxyRule, httpProxyVariable, spares } from '../../../lib/http-proxy.ts';
import { setVariable } from '../../../lib/set-variable.ts';
import { assigningLine } from '../../clients/detect-shell.ts';
import { isThisMachine } from '../../provider/address.ts';
import { listed } from '../../story/words.ts';
import { type Check, type CheckGroup, type Finding, fine, problem, skipped, warning } from '../check.ts';
import type { Reach, ReachStep } from '../reach.ts';
import type { Scene } from '../scene.ts';

// A wait of `retry-after` given as a date is wrong by as much, and certificates begin to look expired.
const NOTABLE_SKEW_MS = 30_000;
const BAD_SKEW_MS = 5 * 60_000;

const httpProxies: Check = {
  id: 'http-proxies',
  looksAt:
    'HTTP_PROXY, HTTPS_PROXY and ALL_PROXY, through which gw reaches providers, and NO_PROXY, which programs need to reach gw',
  look(scene) {
    const { env } = scene.context;
    const set = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].filter((name) => either(env, name) !== undefined);
    if (set.length === 0) return [fine('no HTTP proxy is set')];
    return [...set.flatMap((name) => judgeKind(env, name)), ...ways(scene, set), ...ownWay(env)];
  },
};

/** Nobody should look for an account in a variable that is then not used. */
function judgeKind(env: Environment, name: string): Finding[] {
  const value = either(env, name) ?? '';
  if (httpProxyVariable({ [name]: value }, name === 'HTTP_PROXY' ? 'http:' : 'https:') !== undefined)
    return [];
  return [
    warning(
      `${name} names no HTTP proxy, so gw does not use it`,
      `export ${name}=http://host:port (SOCKS needs an HTTP proxy in front of it)`,
    ),
  ];
}

/** Which providers are reached through a proxy: the daemon does so as its shell was set when it was started. */
function ways(scene: Scene, set: readonly string[]): Finding[] {
  const through = proxied(scene);
  if (through.length === 0) return [fine(`${listed(set)} is set, and no provider is reached through it`)];
  return [
    fine(`${listed(through.map(({ name }) => name))}: reached through the HTTP proxy of the environment`),
  ];
}

function proxied(scene: Scene): Provider[] {
  const rule = httpProxyRule(scene.context.env);
  return remoteProviders(scene).filter(({ url }) => rule(new URL(url)) !== undefined);
}

/** Programs speak plain http to gw, under either name; most of them do not spare this machine by themselves. */
function ownWay(env: Environment): Finding[] {
  const exempt = either(env, 'NO_PROXY') ?? '';
  if (httpProxyVariable(env, 'http:') === undefined) return [];
  if (spares(exempt, new URL('http://127.0.0.1')) || spares(exempt, new URL('http://localhost'))) return [];
  return [
    warning(
      'NO_PROXY leaves out this machine: programs may look for gw behind the HTTP proxy',
      assigningLine(env, 'NO_PROXY', [exempt, 'localhost', '127.0.0.1'].filter(Boolean).join(',')),
    ),
  ];
}

type Environment = Scene['context']['env'];

/** The variable in upper or lower case: programs read both. */
function either(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || env[name.toLowerCase()]?.trim() || undefined;
}

const reach: Check = {
  id: 'providers-reached',
  looksAt:
    'the way to each provider: DNS, TCP, TLS, HTTP and how long each takes (with --online; no key is sent)',
  look(scene) {
    const { reaches } = scene;
    if (reaches === undefined) return [skipped('the providers were not called', 'gw doctor --online')];
    const found = [...reaches.map(describeReach), ...proxied(scene).map(describeProxied)];
    return found.length === 0 ? [skipped('there is no enabled provider')] : found;
  },
};

function describeProxied({ name }: Provider): Finding {
  return skipped(`${name} is reached through an HTTP proxy`, `gw provider test ${name}`);
}

function describeReach(found: Reach): Finding {
  const { provider, url, took, status, failure } = found;
  const { host } = new URL(url);
  const more = { about: provider, figures: figuresOf(found) };
  const steps = Object.entries(took).map(([step, ms]) => `${step.toUpperCase()} ${formatDuration(ms)}`);
  if (failure === undefined) {
    const way = `${provider}: ${steps.join(', ')} (${host} answers ${status ?? ''})`;
    // It answered; what it answers without a key says nothing about the key.
    return (status ?? 0) < 500
      ? fine(way, undefined, more)
      : warning(way, `gw provider test ${provider}`, more);
  }
  const { sentence, fix } = FAILED_STEPS[failure.step](host, provider, isThisMachine(new URL(url).hostname));
  return problem(`${provider}: ${sentence} (${failure.code})`, fix, more);
}

function figuresOf({ url, took, status, failure }: Reach): Record<string, number | string> {
  const times = Object.entries(took).map(([step, ms]) => [`${step}Ms`, Math.round(ms * 10) / 10]);
  return {
    url,
    ...Object.fromEntries(times),
    ...(status === undefined ? {} : { status }),
    ...(failure === undefined ? {} : { failed: failure.step, code: failure.code }),
  };
}

type Advice = (
  host: string,
  provider: string,
  isHere: boolean,
) => { readonly sentence: string; readonly fix: string };

const FAILED_STEPS: Readonly<Record<ReachStep, Advice>> = {
  dns: (host, provider) => ({
    sentence: `the name ${host} leads nowhere`,
    fix: `check the network, or the spelling: gw provider edit ${provider} --url …`,
  }),
  tcp: (host, provider, isHere) => ({
    sentence: `${host} takes no connection`,
    fix: isHere
      ? `start that server, or: gw provider disable ${provider}`
      : 'check the network, a firewall or VPN on the way',
  }),
  tls: (host, provider, isHere) => ({
    sentence: `the certificate or handshake of ${host} is not in order`,
    fix: isHere
      ? `a server on this machine usually speaks http: gw provider edit ${provider} --url http://${host}/v1`
      : `behind a company proxy: ${setVariable('NODE_EXTRA_CA_CERTS', 'its-certificate.pem')}, then gw restart`,
  }),
  http: (host, provider) => ({
    sentence: `${host} takes the connection, but does not answer in HTTP`,
    fix: `check the address: gw provider edit ${provider} --url …`,
  }),
};

const clockSkew: Check = {
  id: 'clock',
  looksAt: "this machine's clock against the Date of remote providers (with --online)",
  look(scene) {
    if (scene.reaches === undefined) return [skipped('the providers were not called', 'gw doctor --online')];
    const remote = new Set(remoteProviders(scene).map(({ name }) => name));
    const readings = scene.reaches.flatMap(({ provider, aheadMs }) =>
      aheadMs !== undefined && remote.has(provider) ? [aheadMs] : [],
    );
    return [judgeSkew(readings, scene.machine.platform)];
  },
};

/** Judges what several providers' clocks say; the middle one, so that one of them may be wrong. */
export function judgeSkew(readings: readonly number[], platform: NodeJS.Platform): Finding {
  const sorted = [...readings].sort((a, b) => a - b);
  const skew = sorted[Math.floor(sorted.length / 2)];
  if (skew === undefined) return skipped('no remote provider told its time');
  const figures = { aheadMs: Math.round(skew) };
  const size = Math.abs(skew);
  if (size < NOTABLE_SKEW_MS)
    return fine("this machine's clock is right to within half a minute", undefined, { figures });
  const sentence = `this machine's clock is ${formatDuration(size)} ${skew > 0 ? 'ahead' : 'behind'}`;
  return (size < BAD_SKEW_MS ? warning : problem)(sentence, CLOCK_FIXES[platform] ?? 'set the clock', {
    figures,
  });
}

const CLOCK_FIXES: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'sudo timedatectl set-ntp true',
  darwin: 'sudo sntp -sS time.apple.com',
  win32: 'w32tm /resync',
};

function remoteProviders({ profile }: Scene): Provider[] {
  return (profile?.providers ?? []).filter(
    ({ enabled, url }) => enabled && !isThisMachine(new URL(url).hostname),
  );
}

/** The way from here to the providers. */
export const NETWORK_CHECKS: CheckGroup = { title: 'Network', checks: [httpProxies, reach, clockSkew] };
