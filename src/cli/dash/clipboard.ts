import { spawn } from 'node:child_process';

type Environment = Readonly<Record<string, string | undefined>>;

/** One way to the clipboard: a program that takes the text on its standard input. */
interface ClipboardProgram {
  readonly program: string;
  readonly parameters: readonly string[];
}

// A program that hangs must not keep the dashboard from saying that the terminal was told.
const PATIENCE_MS = 2_000;
// Terminals take no longer sequences; xterm's own limit.
const LONGEST_SEQUENCE = 74_994;

/** The programs that may know the clipboard of this desktop, the likeliest first. */
export function clipboardPrograms(platform: NodeJS.Platform, env: Environment): readonly ClipboardProgram[] {
  if (platform === 'darwin') return [{ program: 'pbcopy', parameters: [] }];
  if (platform === 'win32') return [{ program: 'clip.exe', parameters: [] }];
  return [
    ...(env['WAYLAND_DISPLAY'] ? [{ program: 'wl-copy', parameters: [] }] : []),
    ...(env['DISPLAY']
      ? [
          { program: 'xclip', parameters: ['-selection', 'clipboard'] },
          { program: 'xsel', parameters: ['--clipboard', '--input'] },
        ]
      : []),
  ];
}

/** What tells a terminal to take text into its clipboard (OSC 52); undefined when the text is too long for that. */
export function clipboardSequence(text: string): string | undefined {
  const sequence = `\u001B]52;c;${Buffer.from(text).toString('base64')}\u0007`;
  return sequence.length > LONGEST_SEQUENCE ? undefined : sequence;
}

/** Gives the text to the first program that takes it, and to the terminal in any case; answers which way it went. */
export async function copyText(
  text: string,
  { platform, env, write }: { platform: NodeJS.Platform; env: Environment; write: (text: string) => void },
): Promise<string | undefined> {
  const sequence = clipboardSequence(text);
  if (sequence !== undefined) write(sequence);
  for (const one of clipboardPrograms(platform, env)) {
    if (await feed(one, text)) return one.program;
  }
  return sequence === undefined ? undefined : 'by the terminal, if it takes OSC 52';
}

/** Windows' own takes bytes for the code page of old, unless they are UTF-16. */
export function bytesFor(program: string, text: string): Buffer {
  const isPlain = /^[\x20-\x7E\r\n\t]*$/.test(text);
  return Buffer.from(text, program === 'clip.exe' && !isPlain ? 'utf16le' : 'utf8');
}

function feed({ program, parameters }: ClipboardProgram, text: string): Promise<boolean> {
  return new Promise((resolve) => {
    // xclip stays behind to hold the clipboard: its output must not be waited for.
    const child = spawn(program, parameters, { stdio: ['pipe', 'ignore', 'ignore'], timeout: PATIENCE_MS });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
    child.stdin.on('error', () => {});
    child.stdin.end(bytesFor(program, text));
  });
}
