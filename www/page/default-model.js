// The model that comes with the page, in words: www/models/default/README.md says more.

export const DEFAULT_MODEL = {
  address: "models/default/",
  name: "Starter chat model",
  can: [
    "make small talk, tell riddles and jokes",
    "remember your name, and what your pets are called",
    "name capitals, and do sums below a hundred",
    "tell a short story about a thing you name",
  ],
  cannot: [
    "give reliable facts, news or advice",
    "do long sums, write programs or translate",
    "speak any language but English",
    "answer most open questions: it says something polite",
  ],
};

/** What holds for any model that fits into a browser tab. */
export const ANY_MODEL = {
  can: ["write on in the manner of what it was trained on", "follow a long text without its memory growing"],
  cannot: ["know whether what it says is true", "know the date, the news, or anything it was not trained on"],
};

export const CHAT_EXAMPLES = [
  "Hello! My name is Mira.",
  "Tell me a story about a brave cat.",
  "What is the capital of Japan?",
  "Tell me a joke.",
];

export const COMPLETION_EXAMPLES = ["Once upon a time", "One day, a little fish"];
