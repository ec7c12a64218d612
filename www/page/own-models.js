// The models that come with the page, in words: the README.md beside each says more.

/**
 * @typedef {object} ModelWords
 * @property {string[]} can
 * @property {string[]} cannot
 * @property {string[]} beginnings texts to try in completion mode
 * @property {string} beginningsNote
 */
/** @typedef {import("./catalogue.js").KnownModel & ModelWords} OwnModel tests/js/catalogue.test.mjs computes its numbers */

/** @type {OwnModel} */
export const DEFAULT_MODEL = {
  name: "Mamba 22M chat",
  model: "./models/default/",
  architecture: "mamba",
  kind: "chat",
  parameters: 22_701_504,
  downloadBytes: 24_400_000,
  memory: { f32: 90_806_016, f16: 46_880_512, int8: 26_351_360, int4: 16_115_456 },
  state: 1_089_536,
  languages: "English",
  use: "Comes with the page. Made for small talk, simple questions and stories.",
  licence: "MIT",
  can: [
    "answer common questions, in new words two of three right",
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

/** The one that knows more, and is larger. @type {OwnModel} */
export const LARGER_MODEL = {
  name: "Mamba 158M chat",
  model: "./models/talker/talker.q4_0-00001-of-00005.gguf",
  architecture: "granitemoehybrid",
  kind: "chat",
  parameters: 158_172_138,
  downloadBytes: 106_000_000,
  memory: { f32: 632_688_552, f16: 316_969_128, int8: 169_104_168, int4: 100_217_448 },
  state: 5_045_760,
  languages: "English",
  use: "Comes with the page too. Knows more than the small one, and takes up better what was said before.",
  licence: "Apache-2.0",
  can: [
    "answer common questions, and take up what was said before",
    "explain words, say how things are done, do small sums",
    "make up a story from the hero, the name and the thing you give",
    "remember what you tell it about you and about others",
  ],
  cannot: [
    "be relied on: it gives wrong answers with confidence",
    "write programs, translate, or do sums of several steps",
    "speak any language but English",
    "know the date, the news or anything recent",
  ],
  beginnings: ["Once upon a time", "The reason why the sky is blue is that"],
  beginningsNote: "",
};

export const OWN_MODELS = [DEFAULT_MODEL, LARGER_MODEL];

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
