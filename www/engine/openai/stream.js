// A stream of chunks, as the one that OpenAI's client gives.

/** @typedef {import("./shapes.js").ChatCompletionChunk} ChatCompletionChunk */

/** @implements {AsyncIterable<ChatCompletionChunk>} */
export class ChatStream {
  #chunks;
  /** Aborting it ends the stream with the error `cancelled`. */
  controller;

  /**
   * @param {AsyncGenerator<ChatCompletionChunk, void, void>} chunks made as they are taken
   * @param {AbortController} controller
   */
  constructor(chunks, controller) {
    this.#chunks = chunks;
    this.controller = controller;
  }

  /** Leaving the loop stops the answer. */
  [Symbol.asyncIterator]() {
    return this.#chunks;
  }

  /** One line of JSON for each chunk, which the `fromReadableStream` of OpenAI's client reads. */
  toReadableStream() {
    return toBytes(this.#chunks, (chunk) => `${JSON.stringify(chunk)}\n`, this.controller);
  }
}

/**
 * @template T
 * @param {AsyncGenerator<T, void, void>} values taken no sooner than they are asked for
 * @param {(value: T) => string} write
 * @param {AbortController} making ends what makes the values, which may take long to make the next one
 * @returns {ReadableStream<Uint8Array<ArrayBuffer>>}
 */
export function toBytes(values, write, making) {
  const encoder = new TextEncoder();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await values.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(write(value)));
      },
      async cancel() {
        making.abort();
        await values.return();
      },
    },
    { highWaterMark: 0 },
  );
}
