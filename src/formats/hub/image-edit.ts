import { type Fault, fault } from '../../core/fault.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { type Form, type FormFile, mimeOfFile, readForm } from './form.ts';
import { type ImageRequest, readImageRequest } from './image-request.ts';

/** A picture that is to be changed, or drawn from. */
export interface GivenPicture {
  readonly mime: string;
  readonly bytes: Buffer;
}

/** A request of OpenAI's `/images/edits`, as far as others can be told of it. */
export interface ImageEdit {
  readonly request: ImageRequest;
  readonly pictures: readonly GivenPicture[];
}

/** What OpenAI takes (https://platform.openai.com/docs/api-reference/images/createEdit), by what files are called. */
const MIMES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
};
/** Google refuses requests above 20 MB; base64 takes four bytes for three. */
const LONGEST_PICTURES = 14 * 1024 * 1024;
/** Characters of a file's name, and of its type, that are told: senders may make them as long as they like. */
const MOST_TOLD = 60;
/** One picture, or several under the name that forms have for lists. */
const NAMES = ['image', 'image[]'];

/** Reads a request to change pictures. Where in them is to be drawn (a mask) nobody else can be told. */
export function readImageEdit(body: Buffer): Outcome<ImageEdit, Fault> {
  const form = readForm(body);
  if (!form) return failed(fault('untranslatable', 'the pictures do not come as the files of a form'));
  const files = NAMES.flatMap((name) => form.files.get(name) ?? []);
  if (files.length === 0) return failed(fault('bad_request', 'the form has no "image" to be changed'));
  const why = whyNot(form, files);
  if (why !== undefined) return failed(fault('untranslatable', why));
  const request = readImageRequest(fieldsOf(form));
  if (request.is === 'failed') return request;
  const pictures = files.map((file) => ({ mime: mimeOfFile(file, MIMES) ?? '', bytes: file.bytes }));
  return ok({ request: request.value, pictures });
}

function whyNot({ files }: Form, pictures: readonly FormFile[]): string | undefined {
  if (files.has('mask')) return 'where in a picture is to be drawn cannot be said there ("mask")';
  const strange = pictures.find((file) => mimeOfFile(file, MIMES) === undefined);
  if (strange) {
    const kind = `${strange.name.slice(-MOST_TOLD)} ${strange.type.slice(0, MOST_TOLD)}`;
    return `pictures of this kind are not seen there ("image": ${kind})`;
  }
  const bytes = pictures.reduce((sum, file) => sum + file.bytes.length, 0);
  return bytes > LONGEST_PICTURES
    ? `at most ${LONGEST_PICTURES} bytes of pictures can be sent there in a request, and these have ${bytes}`
    : undefined;
}

/** The text fields as the JSON that a request without pictures has. */
function fieldsOf({ fields }: Form): Buffer {
  const entries = [...fields].map(([name, [value = '']]) => [name.replace(/\[\]$/, ''), told(name, value)]);
  return Buffer.from(JSON.stringify(Object.fromEntries(entries)));
}

function told(name: string, value: string): string | number | boolean | null {
  if (value === '') return null;
  if (name === 'n') return Number(value);
  return name === 'stream' ? value === 'true' : value;
}
