// What a constraint costs: the default model's time for a token with and without one, in turns, on the CPU in Chromium.
//
//   node benches/browser/constraint.mjs [rounds]

import { launch } from "./support/browser.mjs";
import { median, say, short, table } from "./support/report.mjs";
import { serve, siteFolder } from "./support/server.mjs";

const ROUNDS = Number(process.argv[2] ?? 20);
const TOKENS = 96;

// They go on for as many tokens as are measured.
/** @type {Record<string, any>} */
const SHAPES = {
  "a long string in JSON": { json_schema: { type: "object", required: ["story"], properties: { story: { type: "string", minLength: 2000 } }, additionalProperties: false } },
  "a list of objects": {
    json_schema: {
      type: "array",
      minItems: 60,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["name", "kind", "age"],
        properties: { name: { type: "string", maxLength: 12 }, kind: { enum: ["fox", "dog", "bird"] }, age: { type: "integer", minimum: 0, maximum: 99 } },
      },
    },
  },
  "words of a regular expression": { regex: "([a-z]{1,9}[ ,.]){150}" },
};

/** In the page; milliseconds for a token, by kind of run. @param {{ shapes: Record<string, any>, rounds: number, tokens: number }} of */
async function run({ shapes, rounds, tokens }) {
  // @ts-ignore: an address of the served site
  const { load } = await import("/mamba.js");
  const engine = await load({ model: "/models/default/", backend: "cpu", build: "relaxed", keep: false });
  /** @type {Record<string, number[]>} */
  const times = { free: [] };
  for (const name of Object.keys(shapes)) times[name] = [];
  for (let round = 0; round <= rounds; round++) {
    for (const name of Object.keys(times)) {
      const session = await engine.session();
      const options = { message: "Tell me a story about a fox.", maxTokens: tokens, seed: round, constraint: shapes[name] };
      for await (const _ of session.generate(options));
      const { tokens: done, decodeMs } = session.stats;
      if (round > 0) times[name].push(decodeMs / done); // the first round compiles and fills caches
      await session.close();
    }
  }
  await engine.dispose();
  return times;
}

const server = await serve({ mounts: { "/": await siteFolder(), "/empty.html": () => "<!doctype html><title>Constraint</title>" } });
const browser = await launch(false);
try {
  const page = await browser.open(`${server.origin}/empty.html`);
  const times = await page.evaluate(run, { shapes: SHAPES, rounds: ROUNDS, tokens: TOKENS });
  say(`${browser.version}; ${ROUNDS} rounds of at most ${TOKENS} tokens, relaxed build, one thread`);
  const free = median(times.free);
  const rows = Object.entries(times).map(([name, all]) => {
    // Runs of one round stand side by side, so their ratio is of use on a busy machine too.
    const ratio = median(all.map((time, i) => time / times.free[i]));
    return [name, short(median(all)), short(median(all) / free), short(ratio)];
  });
  console.log(table(["default model", "ms a token", "to free", "median of the rounds' ratios"], rows));
} finally {
  await browser.close();
  await server.stop();
}
