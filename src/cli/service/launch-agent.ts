import { type ServicePlan, STOP_SECONDS } from './plan.ts';

/** How launchd is asked to wait between two starts: ten seconds is its own least. */
const THROTTLE_SECONDS = 10;

/** The property list for launchd (launchd.plist(5)). */
export function launchAgent({
  name,
  program,
  words,
  env,
  workingDirectory,
  outputPath,
}: ServicePlan): string {
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<!-- Made by gw service install; gw service uninstall removes it. -->',
    '<plist version="1.0">',
    '<dict>',
    ...entry('Label', string(name)),
    ...entry('ProgramArguments', ...block('array', [program, ...words].map(string))),
    ...entry(
      'EnvironmentVariables',
      ...block(
        'dict',
        Object.entries(env).flatMap(([key, value]) => [`<key>${xml(key)}</key>`, string(value)]),
      ),
    ),
    ...entry('WorkingDirectory', string(workingDirectory)),
    ...entry('RunAtLoad', '<true/>'),
    // Started again when it crashed, and not when it ended because somebody stopped it.
    ...entry('KeepAlive', ...block('dict', ['<key>SuccessfulExit</key>', '<false/>'])),
    ...entry('ThrottleInterval', `<integer>${THROTTLE_SECONDS}</integer>`),
    ...entry('ExitTimeOut', `<integer>${STOP_SECONDS}</integer>`),
    // Without it launchd slows down what it takes for background work; programs wait for our answers.
    ...entry('ProcessType', string('Interactive')),
    // 63 is 077: what it writes is its owner's alone.
    ...entry('Umask', '<integer>63</integer>'),
    ...entry('StandardErrorPath', string(outputPath)),
    '</dict>',
    '</plist>',
  ].join('\n')}\n`;
}

function entry(key: string, ...value: readonly string[]): string[] {
  return [`  <key>${key}</key>`, ...value.map((line) => `  ${line}`)];
}

function block(tag: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [`<${tag}/>`] : [`<${tag}>`, ...lines.map((line) => `  ${line}`), `</${tag}>`];
}

function string(text: string): string {
  return `<string>${xml(text)}</string>`;
}

/** Text as XML has it; characters that XML 1.0 cannot hold at all are left out. */
export function xml(text: string): string {
  return (
    text
      .toWellFormed()
      // oxlint-disable-next-line no-control-regex -- these are what XML has no way to write
      .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  );
}
