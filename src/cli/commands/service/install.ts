import { terminalSafe } from '../../../lib/terminal-safe.ts';
import type { Command } from '../../command.ts';
import type { Context } from '../../context.ts';
import { LAUNCH_OPTIONS, readOverrides } from '../../daemon/launch.ts';
import { envFilePath } from '../../service/env-file.ts';
import { findKeeper } from '../../service/find-keeper.ts';
import { type Installed, installService } from '../../service/install.ts';
import type { Keeper } from '../../service/keeper.ts';
import { makePlan } from '../../service/make-plan.ts';

/** Has the system keep gw running: from login on, and again after a crash. */
export const command: Command = {
  options: [
    ...LAUNCH_OPTIONS,
    {
      flags: '--write-env',
      summary: 'write the variables that the profile refers to into a file only you can read',
    },
    { flags: '--print', summary: 'only print the definition of the service' },
  ],
  examples: [
    'gw service install',
    'gw service install --port 4500 --write-env',
    'gw service install --print',
  ],
  async run(context, input) {
    const overrides = readOverrides(context, input);
    const keeper = findKeeper(context);
    if (input.flag('print')) {
      const text = keeper.text(makePlan(context, overrides));
      if (context.json) context.printJson({ kind: keeper.kind, path: keeper.path, text });
      else context.print(text.trimEnd());
      return;
    }
    const installed = await installService(context, keeper, overrides, input);
    const hint = await keeper.hint();
    if (context.json) printJson(context, keeper, installed, hint);
    else report(context, keeper, installed, hint);
  },
};

function printJson(context: Context, keeper: Keeper, installed: Installed, hint: string | undefined): void {
  const { started, changed, written, unseen } = installed;
  const { status, hello } = started;
  context.printJson({
    kind: keeper.kind,
    path: keeper.path,
    changed,
    address: status.address,
    pid: hello.pid,
    written,
    unseen,
    ...(hint !== undefined && { hint }),
  });
}

function report(context: Context, keeper: Keeper, installed: Installed, hint: string | undefined): void {
  const { started, changed, written, unseen } = installed;
  const address = context.style.bold(started.status.address);
  context.print(
    changed
      ? `gw runs as a service at ${address}, and begins by itself when you log in.`
      : `gw runs as a service at ${address}; nothing had to be changed.`,
  );
  context.print(context.style.dim(`  ${terminalSafe(keeper.path)}`));
  if (written.length > 0)
    context.say(`Written for it into ${terminalSafe(envFilePath(context))}: ${written.join(', ')}`);
  if (unseen.length > 0) {
    context.say(`! It does not see ${unseen.join(', ')}: providers whose key that is are left out.`);
    context.say('  fix: gw key set <provider> (in the keychain), or: gw service install --write-env');
  }
  if (hint !== undefined) context.say(hint);
}
