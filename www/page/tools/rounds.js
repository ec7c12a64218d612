// What lies between a message and its answer where the model used tools: rounds, in each of which it said something, called
// tools, and got their answers.

/**
 * @typedef {{ name: string, arguments: string, answer: string }} Call `arguments` as JSON of an object
 * @typedef {{ said: string, calls: Call[] }} Round
 * @typedef {{ role: string, content: string, [more: string]: unknown }} Message of a chat completion
 *
 * @typedef {import("../chats/tree.js").Node} Node
 */

/** More rounds or calls than these are no model's of this page. */
const MOST_ROUNDS = 64;
const MOST_CALLS = 64;

/** Whether what follows a turn is answered with tools, or after answers that had them. @param {import("../chats/open-chat.js").OpenChat} chat @param {string | null} at */
export const usesTools = ({ meta, tree }, at) => meta.tools === true || tree.path(at).some(hasRounds);

/** @param {Pick<Node, "rounds">} node */
export const hasRounds = ({ rounds }) => rounds !== undefined && rounds.length > 0;

/**
 * Turns as messages of a chat completion.
 *
 * @param {Pick<Node, "message" | "answer" | "rounds">[]} turns
 * @param {string} system "" for none
 */
export function messagesOf(turns, system) {
  /** @type {Message[]} */
  const messages = system ? [{ role: "system", content: system }] : [];
  let calls = 0;
  for (const { message, answer, rounds = [] } of turns) {
    messages.push({ role: "user", content: message });
    for (const round of rounds) {
      messages.push(...messagesOfRound(round, calls));
      calls += round.calls.length;
    }
    messages.push({ role: "assistant", content: answer });
  }
  return messages;
}

/** @param {Round} round @param {number} before how many calls the messages have already @returns {Message[]} */
export function messagesOfRound({ said, calls }, before) {
  const named = calls.map((call, i) => ({ ...call, id: `call_${before + i + 1}` }));
  const toolCalls = named.map(({ id, name, arguments: given }) => ({ id, type: "function", function: { name, arguments: given } }));
  return [
    { role: "assistant", content: said, tool_calls: toolCalls },
    ...named.map(({ id, answer }) => ({ role: "tool", tool_call_id: id, content: answer })),
  ];
}

/**
 * Rounds that somebody wrote, as far as they are sound.
 *
 * @param {unknown} value
 * @returns {Round[] | undefined} undefined for none
 */
export function soundRounds(value) {
  if (!Array.isArray(value)) return undefined;
  const rounds = value.slice(0, MOST_ROUNDS).flatMap((round) => {
    /** @type {Call[]} */
    const sound = Array.isArray(round?.calls) ? round.calls.slice(0, MOST_CALLS).filter(isCall) : [];
    const calls = sound.map(({ name, arguments: given, answer }) => ({ name, arguments: given, answer }));
    return calls.length > 0 ? [{ said: typeof round?.said === "string" ? round.said : "", calls }] : [];
  });
  return rounds.length > 0 ? rounds : undefined;
}

/** @param {any} call @returns {call is Call} */
function isCall(call) {
  if (![call?.name, call?.arguments, call?.answer].every((part) => typeof part === "string")) return false;
  try {
    const given = JSON.parse(call.arguments);
    return typeof given === "object" && given !== null && !Array.isArray(given) && /^[\w.-]{1,64}$/.test(call.name);
  } catch {
    return false;
  }
}
