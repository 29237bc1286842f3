type Environment = Readonly<Record<string, string | undefined>>;

// What a background process needs of a shell: where things are, how to reach the network through a proxy or a
// company's certificates, and how to reach the keychain. NODE_OPTIONS is not among them: a debugger's or a test
// runner's flags do not belong in a daemon.
const KEPT = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'TMPDIR',
  'TZ',
  'LANG',
  'GW_HOME',
  'DBUS_SESSION_BUS_ADDRESS',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'no_proxy',
  'NODE_EXTRA_CA_CERTS',
  'NODE_USE_SYSTEM_CA',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
];
// OpenTelemetry's variables say where its collector is; they mean nothing unless the profile file turns it on.
const KEPT_PREFIXES = ['XDG_', 'LC_', 'OTEL_'];
/** What every logon of Windows has of its own; programs that hand out credentials find themselves by these. */
export const KEPT_ON_WINDOWS: readonly string[] = [
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'WINDIR',
  'COMSPEC',
  'PATHEXT',
  'APPDATA',
  'LOCALAPPDATA',
  'USERPROFILE',
  'USERNAME',
  'USERDOMAIN',
  'HOMEDRIVE',
  'HOMEPATH',
  'PROGRAMDATA',
  'PROGRAMFILES',
  'PROGRAMFILES(X86)',
  'TEMP',
  'TMP',
];

/** What a daemon needs of a shell's environment; the values its profile refers to are handed over beside it. */
export function daemonEnvironment(
  env: Environment,
  platform: NodeJS.Platform = process.platform,
): Record<string, string> {
  const named = new Set(KEPT);
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    const wanted =
      named.has(name) ||
      KEPT_PREFIXES.some((prefix) => name.startsWith(prefix)) ||
      (platform === 'win32' && [...KEPT, ...KEPT_ON_WINDOWS].includes(name.toUpperCase()));
    if (wanted) kept[name] = value;
  }
  return kept;
}
