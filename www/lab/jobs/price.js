// Chapter 1: the price of looking back.

/** @typedef {typeof import("../../mamba_web_lab.js")} Wasm */
/**
 * @typedef {object} Cost of one token after `position` others
 * @property {"mamba" | "attention"} model
 * @property {number} position
 * @property {number} seconds
 * @property {number} keptBytes
 * @property {number} movedBytes
 * @property {number} multiplyAdds
 */
/** @typedef {{ multiplyAdds: number, bytes: number }} Peak a second, of one thread */
/** @typedef {{ peak: Peak } | { cost: Cost } | { parameters: number, of: "mamba" | "attention" }} Said */

/**
 * Measures both models after more and more tokens.
 *
 * @param {Wasm} wasm
 * @param {{ config: string, positions: number[], mostSeconds: number }} input `mostSeconds`: a token that takes longer ends it
 * @param {(said: Said) => void} say
 * @returns {string} why attention ended
 */
export function measure(wasm, { config, positions, mostSeconds }, say) {
  const [multiplyAdds, bytes] = wasm.labPeak();
  say({ peak: { multiplyAdds, bytes } });
  const mamba = new wasm.LabRunner(config, "int8");
  say({ of: "mamba", parameters: mamba.parameters() });
  for (const position of positions) say({ cost: costOf("mamba", position, mamba) });
  mamba.free();
  for (const position of positions) {
    /** @type {import("../../mamba_web_lab.js").LabRunner} */
    let attention;
    try {
      attention = new wasm.LabRunner(config, "int8", position + 1);
    } catch (error) {
      return `After ${position.toLocaleString("en")} tokens, attention's memory does not fit into what WebAssembly can address. ${error instanceof Error ? error.message : ""}`;
    }
    if (position === positions[0]) say({ of: "attention", parameters: attention.parameters() });
    const cost = costOf("attention", position, attention);
    attention.free();
    say({ cost });
    if (cost.seconds > mostSeconds) return `After ${position.toLocaleString("en")} tokens, one token took attention more than ${mostSeconds} seconds.`;
  }
  return "Both have read all of it.";
}

/** @param {Cost["model"]} model @param {number} position @param {import("../../mamba_web_lab.js").LabRunner} runner @returns {Cost} */
function costOf(model, position, runner) {
  const [seconds, keptBytes, movedBytes, multiplyAdds] = runner.measure(position);
  return { model, position, seconds, keptBytes, movedBytes, multiplyAdds };
}
