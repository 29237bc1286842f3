import { KEPT_ON_WINDOWS } from '../../daemon/index.ts';
import { xml } from './launch-agent.ts';
import type { ServicePlan } from './plan.ts';

/** Where the task finds what it runs. */
export interface TaskPlace {
  /** Whose task it is: `DOMAIN\name`. */
  readonly user: string;
  /** Windows Script Host, the one without a window. */
  readonly host: string;
  /** `bin/windows-task.js`: says why it stands between the task and gw. */
  readonly script: string;
}

/** Every logon session has its own of these. */
const FROM_LOGON = ['PATH', ...KEPT_ON_WINDOWS];

/**
 * The task for Windows' Task Scheduler (its XML schema 1.2): begins when its user logs on, has no window, ends never by
 * itself, and begins again after a crash. Without a priority a task gets 7, which is below normal.
 */
export function windowsTask(plan: ServicePlan, { user, host, script }: TaskPlace): string {
  const { name, program, words, env, workingDirectory } = plan;
  const variables = Object.entries(env)
    .filter(([variable, value]) => !FROM_LOGON.includes(variable.toUpperCase()) && !value.includes('"'))
    .map(([variable, value]) => `${variable}=${value}`);
  const line = ['//B', '//Nologo', '//E:JScript', script, ...variables, '--', program, ...words];
  return `${[
    '<?xml version="1.0" encoding="UTF-16"?>',
    '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
    '  <RegistrationInfo>',
    `    <Description>${xml(`${name}: one local address for language models. Made by gw service install.`)}</Description>`,
    '  </RegistrationInfo>',
    '  <Triggers>',
    '    <LogonTrigger>',
    '      <Enabled>true</Enabled>',
    `      <UserId>${xml(user)}</UserId>`,
    '    </LogonTrigger>',
    '  </Triggers>',
    '  <Principals>',
    '    <Principal id="Author">',
    `      <UserId>${xml(user)}</UserId>`,
    '      <LogonType>InteractiveToken</LogonType>',
    '      <RunLevel>LeastPrivilege</RunLevel>',
    '    </Principal>',
    '  </Principals>',
    '  <Settings>',
    '    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>',
    '    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>',
    '    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>',
    '    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>',
    '    <Priority>5</Priority>',
    '    <Hidden>true</Hidden>',
    '  </Settings>',
    '  <Actions Context="Author">',
    '    <Exec>',
    `      <Command>${xml(host)}</Command>`,
    `      <Arguments>${xml(line.map(quoted).join(' '))}</Arguments>`,
    `      <WorkingDirectory>${xml(workingDirectory)}</WorkingDirectory>`,
    '    </Exec>',
    '  </Actions>',
    '</Task>',
  ].join('\r\n')}\r\n`;
}

/** As Windows' own parser of command lines takes words apart (CommandLineToArgvW). */
function quoted(word: string): string {
  if (/^[^\s"]+$/.test(word)) return word;
  return `"${word.replace(/(\\*)"/g, String.raw`$1$1\"`).replace(/(\\+)$/, '$1$1')}"`;
}
