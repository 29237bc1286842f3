import type { CitedRow, Family } from '../row.ts';

/** `file` or `file: words of the test's name`, below test/ and without `.test.ts`. */
function cited(
  id: string,
  family: Family,
  promise: string,
  how: string,
  ...cites: readonly string[]
): CitedRow {
  return {
    id,
    family,
    promise,
    how,
    cites: cites.map((text) => {
      const [file = '', name] = text.split(': ');
      return { file: `${file}.test.ts`, ...(name !== undefined && { name }) };
    }),
  };
}

/** Promises that the test suite shows; here they are run and counted. */
export const CITED_ROWS: readonly CitedRow[] = [
  cited(
    'malformed-http',
    'protocol',
    'Malformed HTTP/1.1 gets the right status or a wait, its socket is closed after a 400, and none of it reaches a provider.',
    'over 80 cases in three tests, requests cut at any byte, pipelining',
    'flow/proxy-malformed',
    'flow/proxy-refusals: what is no request',
  ),
  cited(
    'sse-torture',
    'protocol',
    'Event streams in any legal spelling are read as a reference parser reads them, cut at any byte.',
    'CR, LF, CRLF, byte order marks, comments, several data lines, UTF-8 cut everywhere, 8 MiB in one event',
    'unit/lib/sse',
    'flow/proxy-streams: a stream in an unusual spelling',
  ),
  cited(
    'truncation-translated',
    'protocol',
    'A stream that is translated into another format is as safe when it breaks as one that is passed through.',
    'every pair of formats, broken at offsets over the whole stream, and by every cause after content, through the vendors’ SDKs',
    'flow/translated-cuts',
    'contract/hostile-providers: cut at every byte',
  ),
  cited(
    'loops',
    'protocol',
    'gw pointed at itself refuses at the first repeat (508).',
    'a provider that is gw',
    'flow/proxy-requests: gw pointed at itself',
  ),
  cited(
    'fault-table',
    'upstream',
    'Every fault of a provider has its code, its remedy and its number of calls.',
    'fifty faults, streamed and not, one by one',
    'flow/faults-upstream',
  ),
  cited(
    'neutral',
    'upstream',
    'Callers’ own errors, hang-ups and small operations never open a breaker; every breaker open refuses nobody.',
    'each of them, more often than would open it',
    'flow/faults-health',
  ),
  cited(
    'rate-limit-rules',
    'upstream',
    'Limits rotate keys, are capped for the caller, and tell the true time; nobody is told another’s secret.',
    'each spelling, one key and several, one target and several',
    'flow/faults-limits',
  ),
  cited(
    'deadlines',
    'upstream',
    'One deadline holds for the whole chain, whatever the targets do.',
    'stalls, trickles and failures against a deadline',
    'flow/faults-deadline',
  ),
  cited(
    'clocks',
    'upstream',
    'A wall clock that jumps keeps nobody out and ends nothing early.',
    'forwards and back, in the middle of waits and breakers',
    'flow/faults-clock',
  ),
  cited(
    'caller-phases',
    'client',
    'Hang-ups during connecting, sending, waiting and failing over end the exchange where it is.',
    'each phase, and a hundred at once',
    'flow/faults-caller',
  ),
  cited(
    'official-sdks',
    'client',
    'The official SDKs throw what they would have thrown without gw.',
    'the vendors’ libraries against every kind of failure',
    'flow/proxy-sdk',
  ),
  cited(
    'daemon-life',
    'process',
    'Starts, stops, stale state and foreign pids: one daemon, the truth about it, and nobody else harmed.',
    'the real program, started and killed halfway',
    'e2e/daemon',
    'e2e/daemon-commands: gw stop',
  ),
  cited(
    'machine',
    'process',
    'What is deleted, damaged or locked while gw runs comes back or is shown.',
    'log, socket, database and state directory',
    'e2e/hostile-machine: a request log',
    'e2e/hostile-machine: what somebody takes away',
  ),
  cited(
    'config-errors',
    'configuration',
    'An error in the profile names file, place, what was expected and the nearest name.',
    'syntax errors, wrong types, unknown keys, typing errors, duplicates',
    'unit/config/document',
    'unit/config/json-text',
    'e2e/hostile-machine: a broken profile',
  ),
  cited(
    'config-mutations',
    'configuration',
    'No mutation of a valid profile crashes gw, is applied in part or writes anything.',
    '2,000 mutations by structure',
    'unit/config/mutations',
  ),
  cited(
    'pasted-keys',
    'configuration',
    'A key pasted into the wrong field is refused and never printed; files others could read are closed.',
    'references, files and directories',
    'unit/config/keys',
    'unit/config/config-file: a file that others',
  ),
  cited(
    'files',
    'security',
    'Files are created 0600 and directories 0700 under any umask, and links are refused.',
    'umask 000, links planted under every name',
    'e2e/hostile-machine: files',
  ),
  cited(
    'control-socket',
    'security',
    'The control socket is its owner’s alone, and listening beyond this machine needs a token.',
    'modes, junk on the socket, other addresses',
    'e2e/hostile-machine: the control socket',
    'e2e/hostile-machine: listening beyond',
  ),
  cited(
    'terminal',
    'security',
    'Text from elsewhere sends nothing to the terminal that it would obey.',
    'escapes in names, headers, errors and answers, through every command',
    'e2e/hostile-machine: text from elsewhere',
    'flow/faults-limits: is quoted without harm',
  ),
  cited(
    'fixed-address',
    'security',
    'No caller can choose an address or a key to send to.',
    'headers, bodies and paths that try',
    'flow/security',
    'flow/proxy-requests: cannot climb out',
    'flow/proxy-requests: can name only',
  ),
  cited(
    'quoted-keys',
    'security',
    'A key that a provider quotes reaches neither caller nor log, in any format.',
    'errors, headers and streams with keys in them',
    'flow/security: a key that a provider quotes',
    'flow/translated-secrets',
  ),
];
