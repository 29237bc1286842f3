import { installedKeeper } from '../../service/find-keeper.ts';
import { type Check, fine, problem, skipped, warning } from '../check.ts';

/** Whether what is installed to keep gw running does so. */
export const service: Check = {
  id: 'service',
  looksAt: 'the service of gw, where one is installed: running, and begun with the next login',
  async look({ context, machine, daemon }) {
    const keeper = installedKeeper(context, machine.platform);
    if (keeper === undefined) return [skipped('gw is not installed as a service', 'gw service install')];
    const objection = await keeper.objection();
    if (objection !== undefined) {
      return [warning(`${keeper.path} is there, but ${objection}`, 'gw service status')];
    }
    const state = await keeper.state();
    const begins = state.enabled
      ? []
      : [warning('the service does not begin with the next login', 'gw service install')];
    if (state.running) return [fine(`${keeper.path}: ${state.words}`), ...begins];
    if (daemon.is === 'ok') {
      const sentence = `gw runs beside its service, which does not (${state.words}): nobody starts it after a crash`;
      return [warning(sentence, 'gw restart', { mend: { is: 'restart' } }), ...begins];
    }
    const sentence = `the service is installed, but does not run (${state.words})`;
    return [problem(sentence, 'gw start, and if that fails: gw logs', { mend: { is: 'start' } }), ...begins];
  },
};
