// The passage of chapter 8: letters that the model has never seen, their last ones three more times, and letters that it knows
// by heart. Repeats come first, because the model was trained to see them begin within some 256 letters.

export const UNSEEN = 80;
export const UNIT = 40;
export const COPIES = 3;
export const KNOWN = 240;
/** Where the known letters begin in the passage. */
export const KNOWN_AT = UNSEEN + COPIES * UNIT;
/** Where the unseen letters begin in the genome. */
const FROM = 500_000;

/**
 * @param {Uint8Array} genome
 * @param {{ mutation: number | null, hasRepeat: boolean }} planted `mutation`: which of the known letters is changed
 */
export function passage(genome, { mutation, hasRepeat }) {
  const unseen = genome.slice(FROM, FROM + UNSEEN);
  const unit = unseen.slice(UNSEEN - UNIT);
  const after = hasRepeat ? Array.from({ length: COPIES }, () => [...unit]).flat() : [...genome.slice(FROM + UNSEEN, FROM + KNOWN_AT)];
  const known = genome.slice(0, KNOWN);
  if (mutation !== null) known[mutation] = (known[mutation] + 1) % 4;
  return Uint8Array.from([...unseen, ...after, ...known]);
}
