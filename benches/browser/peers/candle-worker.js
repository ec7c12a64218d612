// candle's Mamba in a worker, timed there as mamba-web is timed in its own.

// Named at run time: it is built only where the comparison is made.
const address = "/peers/candle/candle_mamba.js";

/** @type {any} */
let model;

/** @param {number} count */
const ids = (count) => Uint32Array.from({ length: count }, (_, i) => 100 + ((Math.imul(i + 1, 2654435761) >>> 8) % 3900));

/** @param {{ load?: string, prefill?: number, decode?: number }} asked */
async function answer({ load, prefill, decode }) {
  if (load) {
    const { default: init, Mamba } = await import(address);
    await init();
    const [config, weights] = await Promise.all([
      fetch(new URL("config.json", new URL(load, location.href))).then((response) => response.json()),
      fetch(new URL("model.safetensors", new URL(load, location.href))).then((response) => response.arrayBuffer()),
    ]);
    model = new Mamba(new Uint8Array(weights), config.hidden_size, config.num_hidden_layers, config.vocab_size);
    return { tokens: 0, ms: 0 };
  }
  model.clear();
  const tokens = prefill ?? decode ?? 0;
  const prompt = ids(prefill ?? 1);
  if (decode) model.read(prompt);
  const start = performance.now();
  if (prefill) model.read(prompt);
  else for (let i = 0; i < tokens; i++) model.next_token();
  return { tokens, ms: performance.now() - start };
}

self.onmessage = async ({ data }) => {
  try {
    self.postMessage(await answer(data));
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};
