// The model that comes with the page, in words: www/models/default/README.md says more.

export const DEFAULT_MODEL = {
  address: "models/default/",
  name: "Starter chat model",
  can: [
    "small talk, riddles and jokes",
    "remembering what you tell it in the chat, such as names, towns and pets",
    "capitals of countries, and sums below a hundred",
    "short stories about a thing you name",
  ],
  cannot: [
    "reliable facts, news or advice of any kind",
    "long arithmetic, programming or translation",
    "any language but English",
    "open questions: it often says something polite instead",
  ],
};

/** What holds for any model that fits into a browser tab. */
export const ANY_MODEL = {
  can: ["writing on in the manner of what it was trained on", "following a long text without its memory growing"],
  cannot: ["knowing whether what it says is true", "knowing today's date, the news, or anything outside its training"],
};

export const CHAT_EXAMPLES = [
  "Hello! My name is Mira. What can you do?",
  "Tell me a story about a lighthouse.",
  "What is the capital of Japan?",
  "I have a cat called Pip. Can you remember that?",
];

export const COMPLETION_EXAMPLES = ["Once upon a time", "The best thing about winter is"];
