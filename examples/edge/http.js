// What both Workers do with requests and answers.

/** An answer that is no result. */
export class HttpError extends Error {
  constructor(status, message, headers = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** The JSON that was posted, which must not be longer than `limit` bytes. */
export async function readJson(request, limit) {
  if (request.method !== 'POST') throw new HttpError(405, 'Use POST.', { allow: 'POST' });
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new HttpError(415, `Send application/json, not ${type || 'a body without a content-type'}.`);
  }
  const text = new TextDecoder().decode(await readBytes(request, limit));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HttpError(400, `The body is no JSON: ${error.message}`);
  }
}

/** Stops reading where it becomes too much: what the header says about the length may be missing or wrong. */
async function readBytes(request, limit) {
  const tooLong = () => new HttpError(413, `The body may have ${limit} bytes.`);
  if (Number(request.headers.get('content-length')) > limit) throw tooLong();
  const bytes = new Uint8Array(limit);
  let length = 0;
  for await (const part of request.body ?? []) {
    if (length + part.length > limit) throw tooLong();
    bytes.set(part, length);
    length += part.length;
  }
  return bytes.subarray(0, length);
}

/** @throws HttpError 400 unless `pixels` is an array of numbers from 0 to 16; of how many, the model checks. */
export function checkPixels(pixels, name) {
  if (!Array.isArray(pixels))
    throw new HttpError(400, `${name} must be an array of 64 numbers from 0 to 16.`);
  const wrong = pixels.findIndex((pixel) => typeof pixel !== 'number' || pixel < 0 || pixel > 16);
  if (wrong >= 0) throw new HttpError(400, `${name}[${wrong}] is no number from 0 to 16.`);
}

/** The answer to give for an error: the library's own errors are about what was posted, and say what is wrong. */
export function errorResponse(error, LibraryError) {
  if (error instanceof LibraryError)
    return Response.json({ error: error.message, code: error.code }, { status: 400 });
  if (!(error instanceof HttpError)) throw error;
  const { message, status, headers } = error;
  return Response.json({ error: message }, { status, headers });
}
