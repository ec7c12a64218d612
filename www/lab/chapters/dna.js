// Chapter 8: beyond words.

import example from "../examples/dna.json" with { type: "json" };
import { fetchBytes, fetchText } from "../files.js";
import { LETTERS, unpack } from "../jobs/dna.js";
import { KNOWN, KNOWN_AT, UNIT, UNSEEN, passage } from "../jobs/passage.js";
import { colour } from "../view/coloured.js";
import { button, make, slider } from "../view/dom.js";
import { Table } from "../view/table.js";

/** @typedef {import("../jobs/dna.js").Counted} Counted */

const MOST_BITS = 6;
const mean = (/** @type {(number | null)[]} */ bits) => bits.reduce((/** @type {number} */ sum, value) => sum + (value ?? 0), 0) / bits.length;

/** @type {import("../chapter.js").Chapter} */
export const chapter = {
  id: "dna",
  number: 8,
  title: "Beyond words",
  claim: "The same machine reads any alphabet: here a million letters of DNA, with a memory that never grows.",
  text: [
    "This small model (826 kB, trained by us) guesses the next of four letters: A, C, G or T. It reads the genome of a gut bacterium, Escherichia coli 536. It knows the first 4,096 letters by heart, and has never seen the rest of the million.",
    "A letter's colour is its surprise in bits: dark is expected, light is a surprise. A blind guess among four letters is 2 bits.",
  ],
  notice: [
    "The first 80 letters are new to the model, and cost about 1.9 bits each: there is little to guess. That is the honest limit.",
    "Then 40 of them come again, three times. It goes dark: the state has kept letters that it has read only once.",
    "The last 240 letters it knows by heart. It needs some fifty to see where it is, then all is dark but the one letter that was changed.",
    "While the counter runs to a million, the bytes of the state do not change.",
  ],
  source: [
    { text: "Gu & Dao 2023, Mamba, section 4.3: DNA, with sequences of up to a million letters", href: "https://arxiv.org/abs/2312.00752" },
    { text: "Genome: GenBank NC_008253.1, public, as Debian's package bowtie-examples ships it", href: "https://www.ncbi.nlm.nih.gov/nuccore/NC_008253.1" },
    { text: "training/lab/README.md says how the model was made: half of what it read had repeats that we planted." },
  ],
  open({ picture, controls, lab }) {
    const text = make("p", { className: "letters", tabIndex: 0, role: "group", ariaLabel: "Letters of DNA, coloured by surprise" });
    const said = make("p", { className: "result", role: "status" });
    const counter = make("p", { className: "result counter" });
    const table = new Table("Surprise of each letter", ["Letter", "Which", "Bits"]);
    picture.append(text, said, table.element, counter);

    let hasRepeat = true;
    /** @type {number | null} */
    let mutation = 120;
    /** @type {Promise<Uint8Array> | null} */
    let genome = null;
    const load = async () => {
      const [config, weights, packed] = await Promise.all([fetchText("models/lab/dna.json"), fetchBytes("models/lab/dna.safetensors"), fetchBytes("models/lab/genome.2bit")]);
      await lab.run("dna.load", { config, weights });
      return unpack(packed);
    };
    const loaded = () =>
      (genome ??= load().catch((error) => {
        genome = null; // the next click tries again
        throw error;
      }));

    /** @param {Uint8Array | number[]} letters @param {(number | null)[]} bits */
    const show = (letters, bits) => {
      const shown = Array.from(letters, (letter, at) => ({ text: LETTERS[letter], value: bits[at], said: `${LETTERS[letter]}, letter ${at + 1}: ${bits[at] === null ? "the first" : `${bits[at]?.toFixed(2)} bits`}` }));
      colour(text, shown, MOST_BITS);
      table.show(shown.map(({ text, value }, at) => [`${at + 1}`, text, value === null ? "" : value.toFixed(3)]));
      const changed = mutation === null ? "" : ` The changed letter in it: ${bits[KNOWN_AT + mutation]?.toFixed(1)} bits.`;
      const after = mean(bits.slice(UNSEEN + UNIT, KNOWN_AT)).toFixed(2);
      said.textContent = `Bits a letter. Never seen: ${mean(bits.slice(1, UNSEEN)).toFixed(2)}. ${hasRepeat ? "The repeat, its second and third time" : "What follows"}: ${after}. Known by heart, after its first 50: ${mean(bits.slice(KNOWN_AT + 50)).toFixed(2)}.${changed}`;
    };

    let isBusy = false;
    let isLate = false;
    async function read() {
      if (isBusy) return void (isLate = true);
      isBusy = true;
      try {
        do {
          isLate = false;
          const letters = passage(await loaded(), { mutation, hasRepeat });
          show(letters, await lab.run("dna.read", { letters }));
        } while (isLate);
      } catch {
        // The frame says what happened.
      }
      isBusy = false;
    }

    async function million() {
      [start.disabled, stop.hidden] = [true, false];
      try {
        const letters = await loaded();
        await lab.run("dna.count", { letters }, { onPart: (/** @type {Counted} */ now) => (counter.textContent = sentence(now)) });
      } catch {
        genome = null; // a stopped worker has lost its model
      }
      [start.disabled, stop.hidden] = [false, true];
    }

    const start = button("Read a million letters", () => void million(), "primary");
    const stop = button("Stop", () => lab.stop());
    stop.hidden = true;
    const repeat = make("input", { type: "checkbox", checked: true, autocomplete: "off" });
    repeat.addEventListener("change", () => {
      hasRepeat = repeat.checked;
      void read();
    });
    controls.append(
      slider("Changed letter", { min: 0, max: KNOWN - 1, step: 1, value: 120, shown: (place) => (place === 0 ? "none" : `number ${place + 1}`) }, (place) => {
        mutation = place === 0 ? null : place;
        void read();
      }),
      make("label", { className: "tick" }, repeat, " Plant a repeat of 40 letters"),
      start,
      stop,
    );
    show(example.letters, example.bits);
  },
};

/** @param {Counted} now */
function sentence({ read, bits, seconds, stateBytes, memoryBytes }) {
  const rate = Math.round(read / seconds).toLocaleString("en");
  return `${read.toLocaleString("en")} letters read, ${rate} a second, the last ones at ${bits.toFixed(2)} bits. State: ${stateBytes.toLocaleString("en")} bytes, as at the first letter. The whole program: ${(memoryBytes / 1e6).toFixed(1)} MB.`;
}
