// mamba-web itself as what is measured: its configurations, and the calls of bench.js.

/** @typedef {import("../bench.js").Bench} Bench */
/** @typedef {import("./browser.mjs").BenchBrowser} BenchBrowser */
/** @typedef {import("./browser.mjs").BenchPage} BenchPage */
/** @typedef {{ model: string, precision: string, build: string | null, threads: number }} Configuration */

/** Where run.mjs and peers/run.mjs serve a model. @param {string} model */
const folderOf = (model) => (model === "default" ? "/models/default/" : `/bench-models/${model}/`);

/**
 * Calls a function of bench.js.
 *
 * @template {keyof Bench} Name
 * @param {BenchPage} page
 * @param {Name} name
 * @param {Parameters<Bench[Name]>[0]} [argument]
 * @returns {Promise<Awaited<ReturnType<Bench[Name]>>>}
 */
export const call = (page, name, argument) =>
  page.evaluate(({ name, argument }) => /** @type {any} */ (globalThis).bench[name](argument), { name, argument });

/** @param {Configuration} c */
export const label = ({ model, precision, build, threads }) =>
  `${model} ${precision} ${build ?? "only build"} ${threads} thread${threads === 1 ? "" : "s"}`;

/** @param {Configuration} c */
export const wanted = ({ model, precision, build, threads }) => ({ model: folderOf(model), precision, build, threads });

/**
 * What the site offers of all that could be measured. Tried with the default model, which loads fast.
 *
 * @param {(build: string | null) => Promise<BenchPage>} open
 * @param {{ precisions: string[], builds: string[], threads: number[] }} options
 */
export async function findOffered(open, { precisions, builds, threads }) {
  /** @type {Omit<Configuration, "model">[]} */
  const offered = [];
  /** @type {string[]} */
  const missing = [];
  /** @param {Omit<Configuration, "model">} c */
  const isOffered = async (c) => {
    const page = await open(c.build);
    try {
      const { notOffered, info } = await call(page, "begin", wanted({ ...c, model: "default" }));
      if (notOffered) missing.push(`not offered: ${label({ ...c, model: "" }).trim()} (${notOffered})`);
      return { yes: !notOffered, info };
    } finally {
      await page.close();
    }
  };
  const { info } = await isOffered({ precision: "int8", build: null, threads: 1 });
  missing.length = 0;
  if (!info.build) missing.push("not offered: a choice of builds; what is measured is the only one");
  for (const build of info.build ? builds : [null]) {
    for (const count of threads) {
      // A build without threads has one.
      if (count > 1 && (build === "plain" || build === "relaxed")) continue;
      for (const precision of precisions) {
        const c = { precision, build, threads: count };
        if ((await isOffered(c)).yes) offered.push(c);
      }
    }
  }
  return { offered, missing };
}

/**
 * @param {BenchBrowser} browser
 * @param {() => Promise<{ tokens: number, ms: number, wallMs: number }>} run
 */
export async function timed(browser, run) {
  const before = await browser.rendererSeconds();
  const result = await run();
  const after = await browser.rendererSeconds();
  return { ...result, cpuSeconds: before === null || after === null ? null : after - before };
}
