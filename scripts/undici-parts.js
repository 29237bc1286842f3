// What of undici the program uses. Its index also loads a fetch, web sockets, caches and mocks: a quarter of a megabyte
// that a daemon would read at every start and keep in memory as long as it lives. Whoever needs more of it adds that
// here: what is missing is undefined in the bundle.
import request from 'undici/lib/api/api-request.js';
import buildConnector from 'undici/lib/core/connect.js';
import errors from 'undici/lib/core/errors.js';
import UndiciAgent from 'undici/lib/dispatcher/agent.js';
import UndiciClient from 'undici/lib/dispatcher/client.js';
import UndiciPool from 'undici/lib/dispatcher/pool.js';

// The index does this for all of them at once, in the class they have in common.
export const Agent = withRequest(UndiciAgent);
export const Client = withRequest(UndiciClient);
export const Pool = withRequest(UndiciPool);
export { buildConnector, errors };

function withRequest(Dispatcher) {
  Dispatcher.prototype.request = request;
  return Dispatcher;
}
