// Colours of numbers: viridis, which grows lighter evenly and stays readable for the colour-blind.

/** Nine colours of the map, from 0 to 1 (matplotlib's viridis, which is in the public domain). */
const STOPS = [
  [68, 1, 84],
  [71, 44, 122],
  [59, 81, 139],
  [44, 113, 142],
  [33, 144, 141],
  [39, 173, 129],
  [92, 200, 99],
  [170, 220, 50],
  [253, 231, 37],
];

/** @param {number} share from 0 to 1 @returns {[red: number, green: number, blue: number]} */
export function viridis(share) {
  const at = Math.min(Math.max(share || 0, 0), 1) * (STOPS.length - 1);
  const [low, high] = [STOPS[Math.floor(at)], STOPS[Math.ceil(at)]];
  return /** @type {[number, number, number]} */ (low.map((from, channel) => Math.round(from + (high[channel] - from) * (at % 1))));
}

/** As CSS writes it. @param {number} share */
export const viridisColour = (share) => `rgb(${viridis(share).join(" ")})`;
