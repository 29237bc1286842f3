// What of undici the program uses. Its index also loads a fetch, web sockets, caches and mocks: a quarter of a megabyte
// that a daemon would read at every start and keep in memory as long as it lives.
import request from 'undici/lib/api/api-request.js';
import buildConnector from 'undici/lib/core/connect.js';
import errors from 'undici/lib/core/errors.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import Client from 'undici/lib/dispatcher/client.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import Pool from 'undici/lib/dispatcher/pool.js';

Dispatcher.prototype.request = request;

// Whoever needs more of it adds that here: what is missing is undefined in the bundle.
export { Agent, buildConnector, Client, errors, Pool };
