// The original state-spaces repositories have no tokenizer. Their models use GPT-NeoX's.

const REPOSITORY = "EleutherAI/gpt-neox-20b";

/** What its tokenizer is called among the files of a model that borrows it. */
export const NEOX_TOKENIZER = `tokenizer.json of ${REPOSITORY}`;

/** @param {string} hub */
export const neoxTokenizerUrl = (hub) => `${hub}${REPOSITORY}/resolve/main/tokenizer.json`;

/** A string of JSON, or one of the words that Python writes where JSON has no number. */
const STRING_OR_WORD = /"(?:[^"\\]|\\.)*"|-?\b(?:Infinity|NaN)\b/gs;

/** Python's JSON has the bare words Infinity, -Infinity and NaN. @param {string} json */
const parsePythons = (json) => JSON.parse(json.replace(STRING_OR_WORD, (found) => (found.startsWith('"') ? found : "null")));

/**
 * Whether a model that comes without a tokenizer has this one: by its number of tokens, 50277 and what it is rounded up to.
 *
 * @param {string} json config.json
 */
export function usesNeox(json) {
  try {
    const { vocab_size: tokens } = parsePythons(json);
    return tokens >= 50_277 && tokens <= 50_288;
  } catch {
    return false; // the loader says what is wrong with it
  }
}
