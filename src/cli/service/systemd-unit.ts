import {
  HOPELESS_EXITS,
  LONGEST_RESTART_SECONDS,
  RESTART_SECONDS,
  type ServicePlan,
  STOP_SECONDS,
} from './plan.ts';

/**
 * The unit for systemd (systemd.unit(5), systemd.service(5)). What systemd before 254 does not know of it
 * (`RestartSteps`) it says so in its log and leaves out.
 */
export function systemdUnit({ program, words, env, workingDirectory }: ServicePlan): string {
  const environment = Object.entries(env).map(
    ([name, value]) => `Environment=${quoted(`${name}=${value}`, '%')}`,
  );
  return `${[
    '# Made by gw service install; gw service uninstall removes it.',
    '[Unit]',
    'Description=gw, one local address for language models',
    'StartLimitIntervalSec=600',
    'StartLimitBurst=20',
    '',
    '[Service]',
    'Type=exec',
    `ExecStart=${[program, ...words].map((word) => quoted(word, '%$')).join(' ')}`,
    ...environment,
    `WorkingDirectory=${workingDirectory.replaceAll('%', '%%')}`,
    'Restart=on-failure',
    `RestartSec=${RESTART_SECONDS}`,
    'RestartSteps=5',
    `RestartMaxDelaySec=${LONGEST_RESTART_SECONDS}`,
    `RestartPreventExitStatus=${HOPELESS_EXITS.join(' ')}`,
    'KillMode=mixed',
    `TimeoutStopSec=${STOP_SECONDS}`,
    'UMask=0077',
    '',
    '[Install]',
    'WantedBy=default.target',
  ].join('\n')}\n`;
}

/** In double quotes; `%` and, in command lines, `$` are doubled where systemd would put something in their place. */
function quoted(word: string, doubled: string): string {
  let text = '';
  for (const letter of word) {
    if (letter === '\n') text += '\\n';
    else if (letter === '"' || letter === '\\') text += `\\${letter}`;
    else text += doubled.includes(letter) ? letter + letter : letter;
  }
  return `"${text}"`;
}
