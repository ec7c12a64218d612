// The shortest page that answers: from its navigation to the first token. It imports the module
// by the folder that it is in: the site as it is, or the site with a worker that keeps times.

const { load } = await import(new URL("./mamba.js", location.href).href);

/** @type {Record<string, number>} */
const marks = { script: performance.now() };
const engine = await load({ model: new URL("./models/default/", location.href).href });
marks.loaded = performance.now();
const session = await engine.session();
let text = "";
for await (const piece of session.generate({ message: "Hello, how are you?", temperature: 0, maxTokens: 8 })) {
  marks.firstToken ??= performance.now();
  text += piece.text;
}
marks.done = performance.now();
const { prefillMs, promptTokens } = session.stats;
Object.assign(globalThis, { startup: { marks, prefillMs, promptTokens, text, timeOrigin: performance.timeOrigin, info: engine.info } });

export {};
