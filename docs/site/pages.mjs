// The documentation's pages, in the order of its menu: a Markdown file of the repository, or of the generated reference, the name of
// the page that it becomes, and its name in the menu.

/** @typedef {{ source: string, page: string, name: string }} Page */

/** @type {{ title: string, pages: Page[] }[]} */
export const SECTIONS = [
  {
    title: "Begin",
    pages: [
      { source: "docs/start.md", page: "index.html", name: "Start" },
      { source: "examples/web/README.md", page: "examples.html", name: "Examples" },
      { source: "docs/lab.md", page: "lab.html", name: "The Lab" },
    ],
  },
  {
    title: "In your own page",
    pages: [
      { source: "docs/package.md", page: "package.html", name: "The npm package" },
      { source: "docs/api.md", page: "api.html", name: "The JavaScript API" },
      { source: "docs/element.md", page: "element.html", name: "Element and frame" },
      { source: "reference/mamba.md", page: "reference.html", name: "Types of mamba-web" },
      { source: "reference/element/types.md", page: "reference-element.html", name: "Types of the element" },
      { source: "reference/ai.md", page: "reference-ai.html", name: "Types for the AI SDK" },
      { source: "docs/peers.md", page: "peers.html", name: "Beside other libraries" },
      { source: "docs/hosting.md", page: "hosting.html", name: "Hosting" },
    ],
  },
  {
    title: "Models and files",
    pages: [
      { source: "docs/models.md", page: "models.html", name: "A model of your own" },
      { source: "www/models/default/README.md", page: "default-model.html", name: "The default model" },
      { source: "www/models/default/TRANSCRIPT.md", page: "transcript.html", name: "Its transcript" },
      { source: "www/models/default/VISITORS.md", page: "visitors.html", name: "Its visitors" },
      { source: "training/README.md", page: "training.html", name: "How it was made" },
      { source: "docs/mstate.md", page: "mstate.html", name: "Saved states: .mstate" },
      { source: "docs/chats.md", page: "chats.html", name: "Saved chats" },
    ],
  },
  {
    title: "Inside",
    pages: [
      { source: "ARCHITECTURE.md", page: "architecture.html", name: "Why it is built this way" },
      { source: "docs/extending.md", page: "extending.html", name: "An architecture, a kernel" },
      { source: "docs/reliability.md", page: "reliability.html", name: "Reliability" },
      { source: "BENCHMARKS.md", page: "benchmarks.html", name: "How fast it is" },
      { source: "docs/speed-details.md", page: "speed-details.html", name: "All figures" },
      { source: "benches/README.md", page: "measuring.html", name: "How it is measured" },
      { source: "docs/speed-history.md", page: "speed-history.html", name: "What was tried" },
    ],
  },
  {
    title: "The project",
    pages: [
      { source: "README.md", page: "readme.html", name: "Readme" },
      { source: "CONTRIBUTING.md", page: "contributing.html", name: "Contributing" },
      { source: "CODE_OF_CONDUCT.md", page: "conduct.html", name: "How we treat each other" },
      { source: "SECURITY.md", page: "security.html", name: "Security" },
      { source: "CHANGELOG.md", page: "changelog.html", name: "Changes" },
    ],
  },
];

/** @type {Page[]} */
export const PAGES = SECTIONS.flatMap(({ pages }) => pages);
