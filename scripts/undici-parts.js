// What of undici the program uses. Its index also loads a fetch, web sockets, caches and mocks: a quarter of a megabyte
// that a daemon would read at every start and keep in memory as long as it lives. Whoever needs more of it adds that
// here: what is missing is undefined in the bundle.
import api from 'undici/lib/api/index.js';
import buildConnector from 'undici/lib/core/connect.js';
import errors from 'undici/lib/core/errors.js';
import UndiciAgent from 'undici/lib/dispatcher/agent.js';
import UndiciClient from 'undici/lib/dispatcher/client.js';
import UndiciPool from 'undici/lib/dispatcher/pool.js';

// `request`, `connect` and their like; the index adds them to the class that these have in common.
export const Agent = withMethods(UndiciAgent);
export const Client = withMethods(UndiciClient);
export const Pool = withMethods(UndiciPool);
export { buildConnector, errors };

function withMethods(Dispatcher) {
  Object.assign(Dispatcher.prototype, api);
  return Dispatcher;
}
