import type { CommandTree } from '../command.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { powershellScript } from './powershell.ts';
import type { ScriptShell } from './shells.ts';
import { type CommandLine, readCommandLine } from './spec.ts';
import { zshScript } from './zsh.ts';

const WRITERS: Readonly<Record<ScriptShell, (line: CommandLine) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
  powershell: powershellScript,
};

/** The script that makes a shell complete the whole command line. */
export async function completionScript(shell: ScriptShell, tree: CommandTree): Promise<string> {
  return WRITERS[shell](await readCommandLine(tree));
}
