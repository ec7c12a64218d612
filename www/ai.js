// A provider for Vercel's AI SDK (its language model interface of version 4), published as `mamba-web/ai`.

import { toBody, toFinishReason, toUsage } from "./engine/ai/convert.js";

/** @typedef {import("@ai-sdk/provider").LanguageModelV4} LanguageModelV4 */
/** @typedef {import("@ai-sdk/provider").LanguageModelV4StreamPart} StreamPart */
/** @typedef {import("./engine/openai/shapes.js").ChatCompletionChunk} ChatCompletionChunk */

/**
 * An engine as a model of the AI SDK.
 *
 * @param {Pick<import("./mamba.js").Engine, "chat">} engine
 * @returns {LanguageModelV4}
 */
export function languageModel({ chat }) {
  return {
    specificationVersion: "v4",
    provider: "mamba-web",
    modelId: chat.model,
    supportedUrls: {}, // the model reads text only

    async doGenerate(options) {
      const { body, warnings } = toBody(options);
      const asked = chat.completions.create({ ...body, n: 1 });
      const { id, created, model, choices, usage } = await unlessAborted(asked, options.abortSignal);
      const { message, finish_reason: reason } = choices[0];
      const calls = (message.tool_calls ?? []).map(asToolCall);
      return {
        content: [...(message.content ? [{ type: /** @type {const} */ ("text"), text: message.content }] : []), ...calls],
        finishReason: toFinishReason(reason),
        usage: toUsage(usage),
        response: { id, modelId: model, timestamp: new Date(created * 1000) },
        request: { body },
        warnings,
      };
    },

    async doStream(options) {
      const { body, warnings } = toBody(options);
      const asked = chat.completions.create({ ...body, n: 1, stream: /** @type {const} */ (true), stream_options: { include_usage: true } });
      const stream = await unlessAborted(asked, options.abortSignal);
      const parts = streamParts(stream[Symbol.asyncIterator](), warnings, options.includeRawChunks ?? false);
      return { stream: pulled(parts, stream.controller), request: { body } };
    },
  };
}

/**
 * Fails with the reason of the abort, as `fetch` does: users of the SDK look for it.
 *
 * @template T
 * @param {Promise<T>} asked
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>}
 */
async function unlessAborted(asked, signal) {
  try {
    return await asked;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** @param {import("./engine/openai/shapes.js").ToolCall} call */
const asToolCall = ({ id, function: { name, arguments: input } }) => ({
  type: /** @type {const} */ ("tool-call"),
  toolCallId: id,
  toolName: name,
  input,
});

/**
 * @param {AsyncGenerator<ChatCompletionChunk, void, void>} chunks
 * @param {import("@ai-sdk/provider").SharedV4Warning[]} warnings
 * @param {boolean} withRaw
 * @returns {AsyncGenerator<StreamPart, void, void>}
 */
async function* streamParts(chunks, warnings, withRaw) {
  yield { type: "stream-start", warnings };
  let finishReason = toFinishReason("stop");
  /** @type {string | null} */
  let text = null; // the id of the text under way
  let texts = 0;
  let isFirst = true;
  try {
    for await (const chunk of chunks) {
      if (withRaw) yield { type: "raw", rawValue: chunk };
      if (isFirst) yield { type: "response-metadata", id: chunk.id, modelId: chunk.model, timestamp: new Date(chunk.created * 1000) };
      isFirst = false;
      for (const { delta, finish_reason: reason } of chunk.choices) {
        if (reason) finishReason = toFinishReason(reason);
        if (delta.content) {
          if (text === null) yield { type: "text-start", id: (text = `text-${texts++}`) };
          yield { type: "text-delta", id: text, delta: delta.content };
        }
        for (const call of delta.tool_calls ?? []) {
          if (text !== null) yield { type: "text-end", id: text };
          text = null;
          const { id, function: called } = call;
          yield { type: "tool-input-start", id, toolName: called.name };
          yield { type: "tool-input-delta", id, delta: called.arguments };
          yield { type: "tool-input-end", id };
          yield asToolCall(call);
        }
      }
      if (text !== null && chunk.usage) yield { type: "text-end", id: text };
      if (chunk.usage) yield { type: "finish", finishReason, usage: toUsage(chunk.usage) };
    }
  } catch (error) {
    yield { type: "error", error };
  } finally {
    await chunks.return();
  }
}

/**
 * A stream that takes no more than it is asked for.
 *
 * @param {AsyncGenerator<StreamPart, void, void>} parts
 * @param {AbortController} making ends what makes the parts, which may take long to make the next one
 * @returns {ReadableStream<StreamPart>}
 */
const pulled = (parts, making) =>
  new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await parts.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        making.abort();
        await parts.return();
      },
    },
    { highWaterMark: 0 },
  );
