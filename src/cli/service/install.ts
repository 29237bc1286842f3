import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { ensurePrivateDirectory } from '../../control/index.ts';
import { findRunning, type Overrides, type Started, stopDaemon } from '../../daemon/index.ts';
import type { Input } from '../command.ts';
import type { Context } from '../context.ts';
import { chooseFor, commandErrorFor } from '../daemon/launch.ts';
import { CommandError, EXIT } from '../error.ts';
import { startKept } from './await-answer.ts';
import { writeEnvFile } from './env-file.ts';
import type { Keeper } from './keeper.ts';
import { makePlan } from './make-plan.ts';
import { mayWrite, unseenVariables } from './references.ts';

/** Long enough for almost every answer to be finished before the service takes over. */
const DRAIN_MS = 30_000;

/** What installing came to. */
export interface Installed {
  readonly started: Started;
  /** False where the service was there as it is to be, and answered. */
  readonly changed: boolean;
  /** Variables that were written down for it, and those it will not see. */
  readonly written: readonly string[];
  readonly unseen: readonly string[];
}

/** Writes the definition, has the system take it in, and returns when gw answers from it. */
export async function installService(
  context: Context,
  keeper: Keeper,
  overrides: Overrides,
  input: Input,
): Promise<Installed> {
  const objection = await keeper.objection();
  if (objection !== undefined) throw cannotKeep(objection);
  const chosen = chooseFor(context, overrides);
  if (chosen.fromEnvironment) throw nothingWritten();
  const unseen = unseenVariables(context, chosen);
  const written = (await mayWrite(context, input, unseen)) ? unseen : [];
  const left = unseen.filter((name) => !written.includes(name));
  const text = keeper.text(makePlan(context, overrides, written.length > 0 ? true : undefined));
  const running = await findRunning(context.paths);
  const isSame = readWritten(keeper) === text && written.length === 0;
  if (isSame && running && (await keeper.state()).running)
    return { started: running, changed: false, written, unseen: left };
  ensurePrivateDirectory(context.paths.stateDir);
  ensurePrivateDirectory(context.paths.configDir);
  if (written.length > 0) writeEnvFile(context, valuesOf(context, written));
  writeDefinition(keeper, text);
  await stopOther(context);
  const complaint = await keeper.enable();
  if (complaint !== undefined) throw notTaken(complaint);
  return { started: await startKept(context, keeper), changed: true, written, unseen: left };
}

function valuesOf({ env }: Context, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, env[name] ?? '']));
}

/** What is there by now; the Task Scheduler's is in UTF-16. */
function readWritten({ path, kind }: Keeper): string | undefined {
  try {
    return kind === 'windows'
      ? readFileSync(path, 'utf16le').replace(/^\uFEFF/, '')
      : readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** 0600: an HTTP proxy's address among the variables may have a password in it. */
function writeDefinition({ path, kind }: Keeper, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  // Whatever stands there, be it a link, is not to be written through.
  rmSync(path, { force: true });
  const content = kind === 'windows' ? Buffer.from(`\uFEFF${text}`, 'utf16le') : text;
  writeFileSync(path, content, { mode: 0o600, flag: 'wx' });
}

/** A daemon that runs by itself makes room, its requests finished. */
async function stopOther(context: Context): Promise<void> {
  const { paths, clock } = context;
  try {
    await stopDaemon({
      paths,
      clock,
      drainMs: DRAIN_MS,
      onDraining: (live) => context.say(`Letting ${live} requests finish before the service takes over …`),
    });
  } catch (error) {
    throw commandErrorFor(error, context);
  }
}

/** Also what a container is told: nothing keeps services there. */
export function cannotKeep(why: string): CommandError {
  return new CommandError('Services cannot be kept here.', {
    why,
    fix: 'gw start (in the background, until you log out), or in a container as its command: gw serve',
    exit: EXIT.failed,
  });
}

function nothingWritten(): CommandError {
  return new CommandError('There is no profile yet that a service could serve.', {
    why: "gw uses the keys in this shell's environment, and a service does not see them",
    fix: 'gw init, then: gw service install',
    exit: EXIT.config,
  });
}

function notTaken(why: string): CommandError {
  return new CommandError('The system did not take the service.', {
    why,
    fix: 'gw service uninstall, then once more; or: gw start',
    exit: EXIT.start,
  });
}
