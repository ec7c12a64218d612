// A long text in portions, so that reading it takes the memory of one of them.

/** Some hundred milliseconds of reading, after which it can pause. */
export const PORTION = 4096;

/**
 * @param {string | Blob} text a file is read piece by piece
 * @returns {AsyncGenerator<string>} parts that end behind a line or a word, as far as there are any
 */
export async function* portions(text) {
  let rest = "";
  for await (const piece of pieces(text)) {
    rest += piece;
    while (rest.length > PORTION) {
      const end = endOf(rest.slice(0, PORTION));
      yield rest.slice(0, end);
      rest = rest.slice(end);
    }
  }
  if (rest) yield rest;
}

/** @param {string | Blob} text @returns {AsyncGenerator<string>} */
async function* pieces(text) {
  if (typeof text === "string") {
    for (let at = 0; at < text.length; at += 2 * PORTION) yield text.slice(at, at + 2 * PORTION);
    return;
  }
  const reader = text.stream().pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    void reader.cancel().catch(() => {});
  }
}

/** A token must not be cut where it can be helped: words begin with their blank. @param {string} part */
function endOf(part) {
  const line = part.lastIndexOf("\n");
  if (line > PORTION / 2) return line;
  const word = part.lastIndexOf(" ");
  if (word > PORTION / 2) return word;
  return part.length - (/[\ud800-\udbff]$/.test(part) ? 1 : 0);
}
