// What a model thinks before it answers, between two marks. Templates that begin the thought themselves leave the first mark out.

export const THINKS = "<think>";
export const THOUGHT = "</think>";

/** The answer alone. @param {string} text as the model wrote it, as far as it came */
export function withoutThought(text) {
  const end = text.indexOf(THOUGHT);
  if (end >= 0) return text.slice(end + THOUGHT.length).trimStart();
  return text.trimStart().startsWith(THINKS) ? "" : text;
}

/** @param {string} text */
export const hasThought = (text) => withoutThought(text) !== text;
