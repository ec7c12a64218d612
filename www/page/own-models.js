// The model that comes with the page, in words: www/models/default/README.md says more.

/**
 * @typedef {object} ModelWords
 * @property {string[]} can
 * @property {string[]} cannot
 * @property {string[]} beginnings texts to try in completion mode
 * @property {string} beginningsNote
 */

export const DEFAULT_MODEL = {
  address: "./models/default/",
  name: "Mamba 22M chat",
  can: [
    "answer common questions, in new words three of five right",
    "say what a word means, do small sums",
    "remember your name, your pets and your job, plainly told",
    "make up a story from the hero, the name and the thing you give",
    "make small talk, tell riddles and jokes",
  ],
  cannot: [
    "be relied on: it gives wrong answers with confidence",
    "make sense of every follow-up, or work on its own answers",
    "write programs, translate, or do sums of several steps",
    "speak any language but English",
    "know the date, the news or anything recent",
  ],
  beginnings: ["<|story|>Once upon a time", "<|story|>There was a small dragon who"],
  beginningsNote: "In this model's training texts, stories begin with the mark <|story|>.",
};

/**
 * The same as an entry of the catalogue; tests/js/catalogue.test.mjs computes its numbers.
 *
 * @type {import("./catalogue.js").KnownModel}
 */
export const OWN_ENTRY = {
  name: DEFAULT_MODEL.name,
  model: DEFAULT_MODEL.address,
  architecture: "mamba",
  kind: "chat",
  parameters: 22_701_504,
  downloadBytes: 24_400_000,
  memory: { f32: 90_806_016, f16: 46_880_512, int8: 26_351_360, int4: 16_115_456 },
  state: 1_089_536,
  languages: "English",
  use: "Comes with the page. Made for small talk, simple questions and stories.",
  licence: "MIT",
};

/** True of any model that fits into a browser tab. @type {ModelWords} */
export const ANY_MODEL = {
  can: ["continue a text in the style of its training texts", "follow a long text without its memory growing"],
  cannot: ["know whether what it says is true", "know the date, the news, or anything it was not trained on"],
  beginnings: ["Once upon a time", "The capital of France is"],
  beginningsNote: "",
};

export const CHAT_EXAMPLES = [
  "Hello! My name is Mira.",
  "Tell me a story about a shy dragon and a red kite.",
  "Why is the sky blue?",
  "Tell me a joke.",
];
