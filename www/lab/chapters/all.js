// The chapters, in the order of their numbers.

import { chapter as duality } from "./duality.js";
import { chapter as linear } from "./linear.js";
import { chapter as price } from "./price.js";

/** @type {import("../chapter.js").Chapter[]} */
export const CHAPTERS = [price, linear, duality];
