/** What an error answer says to a person: the message, and what gw did about it. */
export function withTrail(message: string, id: string, tried: readonly string[]): string {
  const said = message.trim();
  // What answers from a cassette has no request that could be looked up.
  if (id === '') return said;
  if (tried.length === 0) return `${asSentence(said)} (gw request ${id})`;
  // Of a sentence of gw's own nobody knows whom it is about; what a provider said is its own.
  const first = asSentence(tried.find((each) => isOwnReason(each, said)) ?? said);
  // With one target its reason is the message itself, which need not be said twice.
  const [only = ''] = tried;
  const what =
    tried.length === 1 ? only.replace(/: .*$/s, '') : `${tried.length} targets: ${tried.join('; ')}`;
  return `${first} (gw tried ${asSentence(what)} The whole story: gw why ${id})`;
}

/** Providers' sentences can be pages long; the first 300 characters name the cause. */
export function refusalSentence(status: number, message: string | undefined): string {
  if (message === undefined || message.trim() === '')
    return `the provider answered ${status} without a reason`;
  const text = message.trim().replace(/\s+/g, ' ');
  return `${status}: ${text.length > 300 ? `${text.slice(0, 299)}…` : text}`;
}

function asSentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** `alpha/m: no answer within 1s`, and not `alpha/m: 429: slow down`, whose words are the provider's. */
function isOwnReason(tried: string, said: string): boolean {
  return tried.endsWith(`: ${said}`) && tried.indexOf(': ') === tried.length - said.length - 2;
}
