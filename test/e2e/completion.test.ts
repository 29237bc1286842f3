import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { PROGRAM } from './daemon-home.ts';

// What a person has typed, and what Tab must offer then, in any order.
const LINES: readonly (readonly [string, readonly string[]])[] = [
  ['gw st', ['start', 'stats', 'status', 'stop']],
  ['gw profile ', ['copy', 'create', 'export', 'import', 'list', 'remove', 'use']],
  ['gw route show ', ['fast', 'main']],
  ['gw route show f', ['fast']],
  ['gw route set new al', ['alpha', 'alpha/m1']],
  ['gw route set new alpha/m1 be', ['beta', 'beta/small']],
  ['gw route set new beta --mat', ['--match']],
  ['gw requests --provider ', ['alpha', 'beta']],
  ['gw requests --failed --provider b', ['beta']],
  ['gw route resolve ma', ['main']],
  ['gw start --profile ', ['default', 'spare']],
  ['gw provider add deeps', ['deepseek']],
  ['gw env --shell ', ['bash', 'cmd', 'fish', 'powershell', 'zsh']],
  ['gw completion z', ['zsh']],
  ['gw help comp', ['completion']],
  ['gw help profile us', ['use']],
  ['gw run mkfif', ['mkfifo']],
];

let home: string;
let env: Record<string, string>;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'gw-tab-'));
  const bin = join(home, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'gw'), `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`);
  chmodSync(join(bin, 'gw'), 0o755);
  const profile = {
    providers: { alpha: {}, beta: {} },
    routes: { main: { match: ['*'], targets: ['alpha/m1', 'beta/small'] }, fast: { targets: ['beta'] } },
  };
  writeFileSync(join(home, 'config.json'), JSON.stringify({ profiles: { default: profile, spare: {} } }));
  // Nothing of the person who runs the tests: their shell's own settings least of all.
  env = {
    HOME: home,
    GW_HOME: home,
    PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
    LANG: 'C.UTF-8',
    TERM: 'dumb',
  };
  for (const shell of ['bash', 'zsh', 'fish']) {
    const script = execFileSync(process.execPath, [PROGRAM, 'completion', shell], { env, encoding: 'utf8' });
    writeFileSync(join(home, `gw.${shell}`), script);
  }
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const isThere = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;
const sorted = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .sort();

/** Runs a script and answers with what it printed; anything on stderr is a failure. */
function runIn(shell: string, words: readonly string[]): string {
  const ran = spawnSync(shell, words, { env, cwd: home, encoding: 'utf8' });
  expect(ran.stderr).toBe('');
  return ran.stdout;
}

describe.skipIf(!isThere('bash'))('Tab in bash (skipped where there is none)', () => {
  const press = (typed: string): string =>
    runIn('bash', [
      '--norc',
      '-c',
      `source "$GW_HOME/gw.bash"
       COMP_LINE="$1" COMP_POINT=\${#1}
       _gw
       (( \${#COMPREPLY[@]} )) && printf '%s\\n' "\${COMPREPLY[@]}"; true`,
      'bash',
      typed,
    ]);

  it.each(LINES)('after [%s] offers %j', (typed, expected) => {
    expect(sorted(press(typed))).toEqual([...expected].sort());
  });

  it('registers itself for both names', () => {
    const out = runIn('bash', ['--norc', '-c', 'source "$GW_HOME/gw.bash"; complete -p gw gw-llm']);
    expect(out).toContain('_gw gw\n');
    expect(out).toContain('_gw gw-llm\n');
  });

  it('takes a value behind an equals sign, and the options of a command', () => {
    expect(sorted(press('gw env --shell=z'))).toEqual(['zsh']);
    expect(sorted(press('gw stop -'))).toEqual(['--help', '--json', '--now', '--timeout', '-h']);
  });

  it('offers files where a file is wanted, and nothing where nothing fits', () => {
    expect(sorted(press('gw profile import config'))).toEqual(['config.json']);
    expect(press('gw status ')).toBe('');
    expect(press('gw nonsense ')).toBe('');
  });

  it('runs nothing that stands in the line', () => {
    expect(press('gw route show $(touch pwned) `touch pwned` ')).toBe('');
    expect(runIn('bash', ['-c', 'ls'])).not.toContain('pwned');
  });
});

describe.skipIf(!isThere('fish'))('Tab in fish (skipped where there is none)', () => {
  const press = (typed: string): string =>
    runIn('fish', ['-c', `source "$GW_HOME/gw.fish"; complete -C ${quoteFish(typed)}`]).replaceAll(
      /\t.*/g,
      '',
    );

  it.each(LINES)('after [%s] offers %j', (typed, expected) => {
    expect(sorted(press(typed))).toEqual([...expected].sort());
  });

  it('tells what each word means', () => {
    const out = runIn('fish', ['-c', `source "$GW_HOME/gw.fish"; complete -C 'gw stat'`]);
    expect(out).toContain('status\tWhat the daemon is doing');
  });

  it('offers files where a file is wanted, and nothing where nothing fits', () => {
    expect(sorted(press('gw profile import config'))).toEqual(['config.json']);
    expect(press('gw status ')).toBe('');
  });
});

describe.skipIf(!isThere('zsh'))('Tab in zsh (skipped where there is none)', () => {
  // zsh completes only in its line editor: a second zsh on a pseudo-terminal is typed at, with compadd telling
  // what it would have offered.
  const script = String.raw`
    zmodload zsh/zpty
    zpty tab zsh -f -i
    zpty -w tab 'PROMPT=; autoload -Uz compinit; compinit -u -D; source $GW_HOME/gw.zsh'
    zpty -w tab 'compadd() { if [[ " $* " == *" -"[OAD]" "* ]]; then builtin compadd "$@"; return; fi; typeset -a hits; builtin compadd -O hits "$@"; builtin compadd "$@"; print -rl -- "<<"$^hits">>" >>$GW_HOME/offered }'
    zpty -w tab 'bindkey "^I" complete-word; tell() { print -r done >>$GW_HOME/offered }; zle -N tell; bindkey "^X" tell; print -r ready >$GW_HOME/ready'
    until [[ -s $GW_HOME/ready ]]; do sleep 0.05; done
    : >$GW_HOME/offered
    zpty -w -n tab "$1"$'\t'$'\x18'
    for (( i = 0; i < 300; i++ )); do
      zpty -rt tab discarded
      [[ "$(tail -n 1 $GW_HOME/offered)" == done ]] && break
      sleep 0.05
    done
    zpty -d tab
    grep '^<<' $GW_HOME/offered | sed 's/^<<//; s/>>$//; s/=$//'
    rm -f $GW_HOME/ready $GW_HOME/offered
    true`;
  const press = (typed: string): string => runIn('zsh', ['-f', '-c', script, 'zsh', typed]);

  it.each(LINES)('after [%s] offers %j', (typed, expected) => {
    expect([...new Set(sorted(press(typed)))]).toEqual([...expected].sort());
  });

  it('takes a value behind an equals sign', () => {
    expect(sorted(press('gw env --shell=z'))).toEqual(['zsh']);
  });
});

describe('the PowerShell script', () => {
  const program = ['pwsh', 'powershell'].find((name) => spawnSync(name, ['-Command', 'exit 0']).status === 0);

  it.skipIf(program === undefined)(
    'is read and offers commands (skipped where there is no PowerShell)',
    () => {
      const line = 'gw profile us';
      const out = runIn(program ?? '', [
        '-NoProfile',
        '-Command',
        `gw completion powershell | Out-String | Invoke-Expression;
       (TabExpansion2 -inputScript '${line}' -cursorColumn ${line.length}).CompletionMatches.CompletionText`,
      ]);
      expect(sorted(out)).toEqual(['use']);
    },
  );
});

function quoteFish(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}
