// From scores to the chances of the next words, in the order of src/sampler.rs: temperature, top-k, top-p.

/**
 * @param {number[]} scores of all tokens, falling
 * @param {{ temperature: number, topK: number, topP: number }} settings `topK` 0 keeps all
 * @returns {number[]} of each token
 */
export function probabilities(scores, { temperature, topK, topP }) {
  let weights = scores.map((score, at) => (topK > 0 && at >= topK ? 0 : Math.exp((score - scores[0]) / temperature)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  let before = 0;
  weights = weights.map((weight) => {
    const kept = before < topP * sum ? weight : 0;
    before += weight;
    return kept;
  });
  const left = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / left);
}
