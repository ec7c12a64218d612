// The chapters, in the order of their numbers.

import { chapter as dna } from "./dna.js";
import { chapter as duality } from "./duality.js";
import { chapter as linear } from "./linear.js";
import { chapter as memory } from "./memory.js";
import { chapter as price } from "./price.js";
import { chapter as watch } from "./watch.js";

/** @type {import("../chapter.js").Chapter[]} */
export const CHAPTERS = [price, linear, memory, watch, duality, dna];
