// The Lab's chapter 4: what its boxes hold against a plain computation in f64 from the shipped weights; keys; its looks.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import { openLab } from "./support/lab.mjs";

const [D, E, N, K, R] = [64, 128, 16, 4, 4];
const { page, faults } = await openLab();
const chapter = page.locator("#block");
const root = new URL("../../www/", import.meta.url);

/** @param {number} bits of an f16 */
const half = (bits) => {
  const [exponent, part] = [(bits >> 10) & 31, bits & 1023];
  return (bits >> 15 ? -1 : 1) * (exponent ? (1 + part / 1024) * 2 ** (exponent - 15) : part * 2 ** -24);
};

/** The tensors of a model of the Lab, f16. @param {string} name @returns {Promise<(tensor: string) => number[]>} */
async function tensorsOf(name) {
  const file = await readFile(new URL(`models/lab/${name}.safetensors`, root));
  const from = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, from).toString());
  return (tensor) => {
    const [begin, end] = header[`backbone.${tensor}`].data_offsets;
    return Array.from({ length: (end - begin) / 2 }, (_, at) => half(file.readUInt16LE(from + begin + 2 * at)));
  };
}

const silu = (/** @type {number} */ x) => x / (1 + Math.exp(-x));
/** @param {number[]} matrix @param {number[]} x */
const product = (matrix, x) => Array.from({ length: matrix.length / x.length }, (_, row) => x.reduce((sum, value, at) => sum + value * matrix[row * x.length + at], 0));
/** @param {number[]} x @param {number[]} weight */
const normed = (x, weight) => x.map((value, at) => (value * weight[at]) / Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / x.length + 1e-5));

/**
 * The boxes of each token and layer, by their names in the chapter's job.
 *
 * @param {"h3" | "gated" | "mamba"} kind
 * @param {number[]} ids
 * @returns {Promise<Record<string, number[]>[][]>}
 */
async function plain(kind, ids) {
  const of = await tensorsOf(kind === "mamba" ? "selective" : kind);
  const embeddings = of("embeddings.weight");
  const layers = [0, 1].map((number) => {
    const w = (/** @type {string} */ name) => of(`layers.${number}.mixer.${name}`);
    const [norm, inProj, taps, bias, outProj] = [of(`layers.${number}.norm.weight`), w("in_proj.weight"), w("conv1d.weight"), w("conv1d.bias"), w("out_proj.weight")];
    const h = new Float64Array(N * E); // [N, E]
    /** @type {number[][]} */
    const window = Array.from({ length: K - 1 }, () => new Array(E).fill(0));
    const conv = (/** @type {number[]} */ x) => {
      window.push(x);
      const y = bias.map((start, e) => taps.slice(e * K, e * K + K).reduce((sum, tap, k) => sum + tap * window[k][e], start));
      window.shift();
      return y;
    };
    /** h = decay h + input, gives C h. @param {(e: number, n: number) => [decay: number, input: number, c: number]} step */
    const scan = (step) =>
      Array.from({ length: E }, (_, e) => {
        let sum = 0;
        for (let n = 0; n < N; n++) {
          const [decay, input, c] = step(e, n);
          h[n * E + e] = decay * h[n * E + e] + input;
          sum += c * h[n * E + e];
        }
        return sum;
      });
    const mixers = {
      h3() {
        const [aLog, logStep, b, c, d] = ["A_log", "log_step", "B", "C", "D"].map((name) => w(`ssm.${name}`));
        return (/** @type {number[]} */ p) => {
          const [q, k, v] = [p.slice(0, E), p.slice(E, 2 * E), p.slice(2 * E)];
          const shift = conv(k);
          const kv = shift.map((value, e) => value * v[e]);
          const read = scan((e, n) => {
            const a = -Math.exp(aLog[e * N + n]);
            const decay = Math.exp(Math.exp(logStep[e]) * a);
            return [decay, ((decay - 1) / a) * b[e * N + n] * kv[e], c[e * N + n]];
          });
          const ssm = read.map((value, e) => value + d[e] * kv[e]);
          return { q, k, v, shift, kv, ssm, y: ssm.map((value, e) => value * q[e]) };
        };
      },
      gated() {
        return (/** @type {number[]} */ p) => {
          const [x, gate] = [p.slice(0, E), p.slice(E).map(silu)];
          const mixed = conv(x).map(silu);
          return { x, gate, conv: mixed, y: mixed.map((value, e) => value * gate[e]) };
        };
      },
      mamba() {
        const [xProj, dtProj, dtBias, aLog, d] = ["x_proj.weight", "dt_proj.weight", "dt_proj.bias", "A_log", "D"].map(w);
        return (/** @type {number[]} */ p) => {
          const [x, gate] = [conv(p.slice(0, E)).map(silu), p.slice(E).map(silu)];
          const parts = product(xProj, x);
          const delta = product(dtProj, parts.slice(0, R)).map((value, e) => Math.log1p(Math.exp(value + dtBias[e])));
          const [B, C] = [parts.slice(R, R + N), parts.slice(R + N)];
          const out = scan((e, n) => [Math.exp(-delta[e] * Math.exp(aLog[e * N + n])), delta[e] * B[n] * x[e], C[n]]);
          const skip = x.map((value, e) => d[e] * value);
          const read = out.map((value, e) => value + skip[e]);
          return { gate, skip, delta, B, C, h: [...h], read, y: read.map((value, e) => value * gate[e]) };
        };
      },
    };
    return { norm, inProj, outProj, mix: mixers[kind]() };
  });
  return ids.map((id) => {
    let stream = embeddings.slice(id * D, id * D + D);
    return layers.map(({ norm, inProj, outProj, mix }) => {
      const boxes = mix(product(inProj, normed(stream, norm)));
      stream = product(outProj, boxes.y).map((value, at) => value + stream[at]);
      return boxes;
    });
  });
}

const KINDS = /** @type {const} */ ([["H3", "h3"], ["Gated MLP", "gated"], ["Mamba", "mamba"]]);
const sizeOf = (/** @type {number[]} */ values) => Math.hypot(...values) / Math.sqrt(values.length);
/** Of three shown digits, and f32. @param {number} shown @param {number} right @param {number} size of the box */
const near = (shown, right, size) => Math.abs(shown - right) <= 0.006 * Math.abs(right) + 2e-4 * size;

/** @type {{ seed: number, ids: number[] }} */
const { ids } = JSON.parse(await readFile(new URL("lab/examples/block.json", root), "utf8"));
/** @type {Record<string, Record<string, number[]>[][]>} */
const expected = Object.fromEntries(await Promise.all(KINDS.map(async ([, kind]) => [kind, await plain(kind, ids)])));

/** Each drawing's boxes show these sizes. @param {number} token @param {number} layer */
async function check(token, layer) {
  for (const [at, [name, kind]] of KINDS.entries()) {
    const boxes = await chapter.locator(".diagram").nth(at).locator(".box").evaluateAll((all) => all.map((box) => [box.getAttribute("data-box") ?? "", box.querySelector(".size")?.textContent ?? ""]));
    assert.deepEqual(boxes.map(([id]) => id).sort(), Object.keys(expected[kind][token][layer]).sort());
    for (const [id, shown] of boxes) {
      const size = sizeOf(expected[kind][token][layer][id]);
      assert.ok(near(Number(shown), size, size), `${name}, ${id}, token ${token + 1}, layer ${layer + 1}: ${shown}, not ${size}`);
    }
  }
}

test("each box has the size of its values: first the example, then computed here, at any token and layer", async () => {
  await chapter.scrollIntoViewIfNeeded();
  await chapter.locator(".diagram").first().waitFor();
  assert.match((await chapter.locator(".result").textContent()) ?? "", /^An example/);
  await check(20, 0);
  await chapter.getByRole("slider", { name: "Token" }).fill("1");
  await page.waitForFunction(() => document.querySelector("#block .result")?.textContent?.startsWith("Computed on your machine"));
  await check(0, 0);
  for (const token of [7, 27]) {
    await chapter.getByRole("slider", { name: "Token" }).fill(String(token + 1));
    await check(token, 0);
    await chapter.getByRole("combobox", { name: "Layer" }).selectOption({ label: "2" });
    await check(token, 1);
    await chapter.getByRole("combobox", { name: "Layer" }).selectOption({ label: "1" });
  }
});

test("a box that is chosen by keyboard or mouse shows its formula and its numbers", async () => {
  await page.evaluate(() => document.querySelectorAll("#block details").forEach((details) => (/** @type {HTMLDetailsElement} */ (details).open = true)));
  const rows = () => chapter.locator(".block-detail tbody tr").evaluateAll((all) => all.map((row) => [...row.children].map((cell) => Number(cell.textContent))));
  const boxOf = (/** @type {number} */ at, /** @type {string} */ id) => chapter.locator(".diagram").nth(at).locator(`[data-box=${id}]`);
  for (const [at, [, kind]] of KINDS.entries()) {
    for (const [id, values] of Object.entries(expected[kind][27][0])) {
      await boxOf(at, id).focus();
      await page.keyboard.press(id.length > 1 ? "Enter" : " ");
      assert.equal(await boxOf(at, id).getAttribute("aria-pressed"), "true");
      const shown = await rows();
      const flat = id === "h" ? Array.from(values, (_, place) => shown[place % E][1 + Math.floor(place / E)]) : shown.map(([, value]) => value);
      assert.equal(flat.length, values.length, `${kind}, ${id}`);
      values.forEach((value, place) => assert.ok(near(flat[place], value, sizeOf(values)), `${kind}, ${id}, ${place}: ${flat[place]}, not ${value}`));
    }
  }
  await boxOf(2, "delta").click();
  assert.equal(await chapter.locator(".formula").textContent(), "Δ = softplus(dt_proj (x_proj x)[0 .. R])    [E]");
  assert.equal(await chapter.locator(".box[aria-pressed=true]").count(), 1);
});

test("what is marked is what only Mamba has", async () => {
  await chapter.getByRole("combobox", { name: "Mark" }).selectOption("selection");
  assert.deepEqual(await chapter.locator(".box.is-marked").evaluateAll((all) => all.map((box) => box.getAttribute("data-box"))), ["delta", "B", "C"]);
  assert.match((await chapter.locator("li.is-marked").textContent()) ?? "", /Only Mamba/);
});

test("other tokens are read, and the slider names them", async () => {
  const words = chapter.locator(".block-tokens");
  const renewed = async (/** @type {() => Promise<unknown>} */ change) => {
    const before = await words.textContent();
    await change();
    await page.waitForFunction((before) => document.querySelector("#block .block-tokens")?.textContent !== before, before);
    return (await words.textContent()) ?? "";
  };
  assert.match(await renewed(() => chapter.getByRole("button", { name: "Other tokens" }).click()), /^[·a-p]{20}\?[a-p]{7}$/);
  const letters = await renewed(() => chapter.getByRole("combobox", { name: "Tokens" }).selectOption("induction"));
  assert.match(letters, /^[a-p]*![a-p]+!$/);
  assert.equal(await chapter.locator(".is-now").textContent(), "!");
  await page.waitForFunction(() => document.querySelector("#block output")?.textContent === "28 of 28: “!”");
});

test("axe-core finds nothing to mend, wide and narrow, light and dark, and nothing is cut off", async () => {
  const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  for (const [width, colorScheme] of /** @type {const} */ ([[1280, "light"], [1280, "dark"], [390, "light"], [390, "dark"]])) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth <= 0), true, `${width} px are too narrow`);
    const client = await page.context().newCDPSession(page);
    const { result } = await client.send("Runtime.evaluate", { expression: `${axe}; axe.run("#block").then(({ violations }) => JSON.stringify(violations.map(({ id, nodes }) => id + ": " + nodes.map(({ target }) => target).join(" "))))`, awaitPromise: true, returnByValue: true });
    assert.deepEqual(JSON.parse(result.value), [], `${width} px, ${colorScheme}`);
    if (process.env.LAB_PICTURES) {
      await page.evaluate(() => document.querySelectorAll("#block details").forEach((details) => (/** @type {HTMLDetailsElement} */ (details).open = false)));
      await chapter.screenshot({ path: `${process.env.LAB_PICTURES}/block-${width}-${colorScheme}.png` });
    }
  }
  assert.deepEqual(faults, []);
});
