import { execFile } from 'node:child_process';

import { errorCode, errorMessage } from '../../lib/expect.ts';
import type { Alert, AlertSink } from './alert.ts';

// A notification that takes longer hangs on a desktop that is not there.
const PROGRAM_MS = 10_000;

/** A program and its arguments: never a line for a shell. */
export interface Invocation {
  readonly program: string;
  readonly words: readonly string[];
  /** What it finds in its environment on top. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program; rejects when it is not there or fails. */
export type RunInvocation = (invocation: Invocation) => Promise<void>;

/** Notifications by the desktop's own program. Where that is not there, it is said once and not tried again. */
export function desktopSink(platform: NodeJS.Platform, run: RunInvocation = runInvocation): AlertSink {
  let missing = false;
  return {
    name: 'desktop',
    async send(alert) {
      if (missing && alert.kind !== 'test') return undefined;
      const invocation = notification(platform, alert);
      try {
        await run(invocation);
        missing = false;
        return undefined;
      } catch (error) {
        if (errorCode(error) !== 'ENOENT')
          return `${invocation.program}: ${errorMessage(error).split('\n')[0]}`;
        missing = true;
        return `${invocation.program} is not there, so this computer cannot show notifications`;
      }
    },
  };
}

/** How each system shows a notification. What is told is an argument or a variable, and never part of a script. */
export function notification(platform: NodeJS.Platform, { title, message }: Alert): Invocation {
  if (platform === 'darwin')
    return { program: '/usr/bin/osascript', words: ['-e', APPLE_SCRIPT, title, message] };
  if (platform === 'win32') {
    const words = ['-NoProfile', '-NonInteractive', '-Command', POWERSHELL_SCRIPT];
    return { program: 'powershell.exe', words, env: { GW_ALERT_TITLE: title, GW_ALERT_MESSAGE: message } };
  }
  // Bodies may be read as markup (Desktop Notifications Specification 1.2, "Markup").
  const body = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return { program: 'notify-send', words: ['--app-name=gw', '--', title, body] };
}

const APPLE_SCRIPT =
  'on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run';

// The toast template with a title and a text; the application id is PowerShell's own, as one of ours is not registered.
const POWERSHELL_SCRIPT = `
$null = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$xml = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent([Windows.UI.Notifications.ToastTemplateType]::ToastText02)
$texts = $xml.GetElementsByTagName('text')
$null = $texts.Item(0).AppendChild($xml.CreateTextNode($env:GW_ALERT_TITLE))
$null = $texts.Item(1).AppendChild($xml.CreateTextNode($env:GW_ALERT_MESSAGE))
$id = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\WindowsPowerShell\\v1.0\\powershell.exe'
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($id).Show([Windows.UI.Notifications.ToastNotification]::new($xml))
`;

const runInvocation: RunInvocation = ({ program, words, env }) =>
  new Promise((resolve, reject) => {
    const options = { timeout: PROGRAM_MS, env: { ...process.env, ...env }, windowsHide: true };
    execFile(program, [...words], options, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
