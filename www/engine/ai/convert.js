// The calls of Vercel's AI SDK as chat completions of OpenAI's API.

/** @typedef {import("@ai-sdk/provider").LanguageModelV4CallOptions} CallOptions */
/** @typedef {import("@ai-sdk/provider").LanguageModelV4Message} Message */
/** @typedef {import("@ai-sdk/provider").LanguageModelV4ToolResultOutput} ToolOutput */
/** @typedef {import("@ai-sdk/provider").SharedV4Warning} Warning */
/** @typedef {Record<string, unknown>} Body */

/** The name under which `providerOptions` has parameters that the SDK does not know, such as `min_p`. */
export const OPTIONS = "mambaWeb";

/**
 * @param {CallOptions} options
 * @returns {{ body: Body, warnings: Warning[] }} what `chat.completions.create` takes
 */
export function toBody(options) {
  /** @type {Warning[]} */
  const warnings = [];
  const warn = (/** @type {string} */ feature) => warnings.push({ type: "unsupported", feature });
  const { responseFormat: format, reasoning } = options;
  if (reasoning !== undefined && reasoning !== "provider-default") warn("reasoning");
  const tools = toTools(options.tools ?? [], warn);
  const body = {
    messages: options.prompt.flatMap((message) => toMessages(message, warn)),
    max_tokens: options.maxOutputTokens,
    temperature: options.temperature,
    top_p: options.topP,
    top_k: options.topK,
    presence_penalty: options.presencePenalty,
    frequency_penalty: options.frequencyPenalty,
    stop: options.stopSequences,
    seed: options.seed,
    signal: options.abortSignal,
    ...(tools.length > 0 ? { tools, tool_choice: toChoice(options.toolChoice) } : {}),
    ...(format?.type === "json" ? { response_format: toFormat(format) } : {}),
    ...options.providerOptions?.[OPTIONS],
  };
  return { body, warnings };
}

/** @param {Extract<NonNullable<CallOptions["responseFormat"]>, { type: "json" }>} format */
const toFormat = ({ schema, name = "answer" }) =>
  schema ? { type: "json_schema", json_schema: { name, schema } } : { type: "json_object" };

/** @param {CallOptions["toolChoice"]} choice */
function toChoice(choice) {
  if (choice?.type === "tool") return { type: "function", function: { name: choice.toolName } };
  return choice?.type ?? "auto";
}

/**
 * @param {NonNullable<CallOptions["tools"]>} tools
 * @param {(feature: string) => void} warn
 */
function toTools(tools, warn) {
  const converted = [];
  for (const tool of tools) {
    if (tool.type !== "function") warn(`the tool ${tool.name} of another provider`);
    else {
      const strict = tool.strict ? { strict: true } : {};
      converted.push({ type: "function", function: { name: tool.name, description: tool.description, parameters: tool.inputSchema, ...strict } });
    }
  }
  return converted;
}

/** @param {Message} message @param {(feature: string) => void} warn @returns {Body[]} */
function toMessages(message, warn) {
  switch (message.role) {
    case "system":
      return [{ role: "system", content: message.content }];
    case "user":
      // A part that is no text is refused by `create`.
      return [{ role: "user", content: message.content.map((part) => (part.type === "text" ? { type: "text", text: part.text } : { type: part.type })) }];
    case "assistant":
      return [toAnswer(message.content, warn)];
    case "tool":
      return message.content.flatMap((part) => {
        if (part.type === "tool-result") return [{ role: "tool", tool_call_id: part.toolCallId, content: toText(part.output, warn) }];
        warn(part.type);
        return [];
      });
  }
}

/** @param {Extract<Message, { role: "assistant" }>["content"]} parts @param {(feature: string) => void} warn */
function toAnswer(parts, warn) {
  let content = "";
  const calls = [];
  for (const part of parts) {
    if (part.type === "text") content += part.text;
    else if (part.type === "tool-call") {
      calls.push({ id: part.toolCallId, type: "function", function: { name: part.toolName, arguments: JSON.stringify(part.input ?? {}) } });
    } else warn(`${part.type} in an answer`);
  }
  return { role: "assistant", content, ...(calls.length > 0 ? { tool_calls: calls } : {}) };
}

/** @param {ToolOutput} output @param {(feature: string) => void} warn */
function toText(output, warn) {
  switch (output.type) {
    case "text":
    case "error-text":
      return output.value;
    case "json":
    case "error-json":
      return JSON.stringify(output.value);
    case "execution-denied":
      return output.reason ?? "The call was not allowed.";
    case "content":
      return output.value
        .map((part) => {
          if (part.type === "text") return part.text;
          warn(`${part.type} as the result of a tool`);
          return "";
        })
        .join("");
  }
}

/** @type {Record<import("../openai/shapes.js").FinishReason, "stop" | "length" | "tool-calls">} */
const REASONS = { stop: "stop", length: "length", tool_calls: "tool-calls" };

/** @param {import("../openai/shapes.js").FinishReason} reason */
export const toFinishReason = (reason) => ({ unified: REASONS[reason], raw: reason });

/** @param {import("../openai/shapes.js").Usage} usage @returns {import("@ai-sdk/provider").LanguageModelV4Usage} */
export function toUsage({ prompt_tokens: total, completion_tokens: written, prompt_tokens_details: { cached_tokens: cached } }) {
  return {
    inputTokens: { total, noCache: total - cached, cacheRead: cached, cacheWrite: undefined },
    outputTokens: { total: written, text: undefined, reasoning: undefined },
  };
}
