import { existsSync, lstatSync } from 'node:fs';

import { isNamedPipe } from '../../../core/paths.ts';
import { askPort, dialHost, findPortOwner, readState, splitAddress } from '../../../daemon/index.ts';
import { formatDuration } from '../../../lib/duration.ts';
import { errorCode } from '../../../lib/expect.ts';
import { type Check, type CheckGroup, fine, problem, skipped, warning } from '../check.ts';
import { service } from './service.ts';

const ASK_MS = 1_000;

const running: Check = {
  id: 'daemon',
  looksAt: 'whether the daemon runs and answers on its control socket',
  look({ daemon }) {
    if (daemon.is === 'ok') {
      const { address, pid, now, startedAt, draining } = daemon.value.status;
      const up = formatDuration(now - startedAt);
      if (draining) return [warning(`gw at ${address} (pid ${pid}) is stopping`, 'gw restart')];
      return [fine(`gw runs at ${address} (pid ${pid}, up ${up})`)];
    }
    if (daemon.fault === 'timeout') {
      return [
        problem('the daemon holds its control socket, but does not answer', 'gw logs, then: gw restart'),
      ];
    }
    return [warning('gw is not running', 'gw start')];
  },
};

const leftovers: Check = {
  id: 'daemon-leftovers',
  looksAt: 'state and socket of a daemon that is gone',
  look({ daemon, context: { paths } }) {
    if (daemon.is === 'ok') {
      if (daemon.value.state !== undefined) return [fine('the state file is of the daemon that runs')];
      return [warning(`the daemon runs, but ${paths.state} is missing or of another one`, 'gw restart')];
    }
    if (daemon.fault === 'timeout') return [skipped('the daemon does not answer')];
    const state = readState(paths.state);
    const hasSocket =
      !isNamedPipe(paths.socket) && lstatSync(paths.socket, { throwIfNoEntry: false }) !== undefined;
    if (state === undefined && !hasSocket) return [fine('nothing is left of an earlier daemon')];
    const who = state === undefined ? 'an earlier daemon' : `the daemon with pid ${state.pid}`;
    const sentence = `${who} ended without clearing up (killed, or a power cut); a start clears it`;
    const left = [paths.state, ...(hasSocket ? [paths.socket] : [])];
    // A state file without a listener may also be of a daemon that is just starting.
    const isGone = !existsSync(paths.startLock) && (state === undefined || !isAlive(state.pid));
    return [warning(sentence, 'gw start', isGone ? { mend: { is: 'leftovers', paths: left } } : {})];
  },
};

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's.
    return errorCode(error) === 'EPERM';
  }
}

const version: Check = {
  id: 'daemon-version',
  looksAt: 'whether the daemon is of the same version as this program',
  look({ daemon, version: own }) {
    if (daemon.is === 'failed') return [skipped('the daemon does not run')];
    const { version: other } = daemon.value.hello;
    if (other === own) return [fine(`both are version ${own}`)];
    return [
      warning(`the daemon is version ${other}, this program ${own}`, 'gw restart', {
        mend: { is: 'restart' },
      }),
    ];
  },
};

const reported: Check = {
  id: 'daemon-problems',
  looksAt: 'what the daemon itself reports: a broken profile on disk, exchanges it could not record',
  look({ daemon }) {
    if (daemon.is === 'failed') return [skipped('the daemon does not run')];
    // Keys have a check of their own.
    const own = daemon.value.status.problems.filter(({ message }) => !message.includes('has no usable key'));
    if (own.length === 0) return [fine('the daemon reports nothing')];
    return own.map(({ message, fix }) =>
      warning(message, fix === undefined || fix === 'gw doctor' ? 'gw logs --level warn' : fix),
    );
  },
};

const port: Check = {
  id: 'port',
  looksAt: "the port: free, ours, or somebody else's",
  async look({ daemon, chosen }) {
    if (daemon.is === 'ok') {
      const { address } = daemon.value.status;
      const own = splitAddress(address);
      const answer = await askPort(own.host, own.port, ASK_MS);
      if (answer?.isGw === true) return [fine(`gw answers at ${address}`)];
      return [problem(`the daemon runs, but it does not answer at ${address}`, 'gw restart')];
    }
    if (chosen.is === 'failed') return [skipped('the profile does not say which')];
    const { host, port: wanted } = chosen.value.settings.listen;
    if (wanted === 0) return [skipped('any free port is taken at start')];
    const answer = await askPort(dialHost(host), wanted, ASK_MS);
    if (answer === undefined) return [fine(`port ${wanted} is free`)];
    const owner = await findPortOwner(wanted);
    const who = owner === undefined ? 'a process of another user' : `${owner.command} (pid ${owner.pid})`;
    const what = answer.isGw ? 'another gw (of another GW_HOME or user)' : 'another program';
    return [
      problem(
        `port ${wanted} is taken by ${what}: ${who}`,
        `gw start --port ${wanted < 65_535 ? wanted + 1 : 4499}`,
      ),
    ];
  },
};

/** The background process and its port. */
export const DAEMON_CHECKS: CheckGroup = {
  title: 'Daemon',
  checks: [running, leftovers, version, service, reported, port],
};
