import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A `systemctl` that keeps one unit as systemd would, as far as gw asks it to: it runs what the unit says when it is
 * started, and ends it with SIGTERM. What it was asked stands in `calls`.
 */
export function fakeSystemctl(folder: string): { readonly path: string; readonly calls: string } {
  mkdirSync(folder, { recursive: true });
  const calls = join(folder, 'calls');
  const program = join(folder, 'systemctl');
  writeFileSync(program, script(folder, calls));
  chmodSync(program, 0o755);
  const loginctl = join(folder, 'loginctl');
  writeFileSync(loginctl, '#!/bin/sh\necho Linger=no\n');
  chmodSync(loginctl, 0o755);
  return { path: `${folder}:${process.env['PATH'] ?? ''}`, calls };
}

function script(folder: string, calls: string): string {
  return `#!/usr/bin/env node
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const folder = ${JSON.stringify(folder)};
const words = process.argv.slice(3);
fs.appendFileSync(${JSON.stringify(calls)}, words.join(' ') + '\\n');
const enabled = folder + '/enabled';
const pidFile = folder + '/pid';
const unit = process.env.XDG_CONFIG_HOME + '/systemd/user/' + words.find((word) => word.endsWith('.service'));
const pid = fs.existsSync(pidFile) ? Number(fs.readFileSync(pidFile, 'utf8')) : 0;
const isUp = () => { try { return pid > 0 && !fs.readFileSync('/proc/' + pid + '/stat', 'utf8').includes(') Z '); } catch { return false; } };
switch (words[0]) {
  case 'show':
    if (words.includes('--property=Version')) console.log('Version=255');
    else console.log('ActiveState=' + (isUp() ? 'active' : 'inactive') + '\\nSubState=' + (isUp() ? 'running' : 'dead') +
      '\\nUnitFileState=' + (fs.existsSync(enabled) ? 'enabled' : '') + '\\nNRestarts=0');
    break;
  case 'enable': fs.writeFileSync(enabled, ''); break;
  case 'start': {
    if (isUp()) break;
    const text = fs.readFileSync(unit, 'utf8');
    const line = /^ExecStart=(.*)$/m.exec(text)[1];
    const command = [...line.matchAll(/"((?:[^"\\\\]|\\\\.)*)"/g)].map(([, word]) => word.replace(/\\\\(.)/g, '$1').replaceAll('%%', '%').replaceAll('$$', '$'));
    const env = {};
    for (const [, pair] of text.matchAll(/^Environment="(.*)"$/gm)) env[pair.split('=', 1)[0]] = pair.slice(pair.indexOf('=') + 1);
    const child = spawn(command[0], command.slice(1), { env: { ...env, HOME: process.env.HOME }, detached: true, stdio: 'ignore' });
    fs.writeFileSync(pidFile, String(child.pid));
    child.unref();
    break;
  }
  case 'stop':
  case 'disable':
    if (isUp()) process.kill(pid, 'SIGTERM');
    if (words[0] === 'disable') fs.rmSync(enabled, { force: true });
}
`;
}
