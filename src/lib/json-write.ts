/** JSON text that goes into a larger one as it is. */
export class Verbatim {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What `writeJson` prints; fields that are undefined are left out. */
export type JsonOut =
  | string
  | number
  | boolean
  | null
  | undefined
  | Verbatim
  | readonly JsonOut[]
  | { readonly [name: string]: JsonOut };

/** JSON text of a value in which some parts are JSON text already. Array items that are undefined are left out too. */
export function writeJson(value: Exclude<JsonOut, undefined>): string {
  if (value instanceof Verbatim) return value.text;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isList(value)) {
    const items: string[] = [];
    for (const item of value) if (item !== undefined) items.push(writeJson(item));
    return `[${items.join(',')}]`;
  }
  const fields: string[] = [];
  for (const [name, field] of Object.entries(value)) {
    if (field !== undefined) fields.push(`${JSON.stringify(name)}:${writeJson(field)}`);
  }
  return `{${fields.join(',')}}`;
}

/** `Array.isArray` forgets that a list may be readonly. */
function isList(value: object): value is readonly JsonOut[] {
  return Array.isArray(value);
}
