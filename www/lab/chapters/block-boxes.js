// The three blocks of chapter 4: their boxes, where they stand in the drawings, and what each computes.

import { STATES } from "../jobs/block.js";

/** @typedef {import("../jobs/block.js").Kind} Kind */
/** @typedef {"convolution" | "state" | "gate" | "selection"} Part of a block, wherever it occurs */
/**
 * @typedef {object} Box
 * @property {string} id the job's name of its values
 * @property {string} name
 * @property {string} formula in the letters of ARCHITECTURE.md
 * @property {string} shape
 * @property {string} says
 * @property {Part} [part]
 * @property {[x: number, y: number]} at its upper left corner
 */
/** @typedef {{ kind: Kind, name: string, boxes: Box[], wires: string[], label?: { text: string, at: [x: number, y: number] } }} Block `wires`: paths of SVG; `label`: what stands at a wire */

/** Of the drawings. */
export const SIZE = { width: 330, height: 480, box: { width: 92, height: 42 } };

/** Of a box, from its left edge. */
const CENTRE = SIZE.box.width / 2;
/** Upper left corners: columns and rows. */
const [LEFT, MIDDLE, RIGHT] = [8, 116, 222];
const [FIRST, SECOND, THIRD, FOURTH, FIFTH] = [76, 146, 216, 286, 356];

/** From in_proj to the first row, and from y to out_proj. @param {number[]} columns */
const ends = (columns) => [...columns.map((x) => `M${x + CENTRE} 52V${FIRST}`), `M${MIDDLE + CENTRE} ${FIFTH + SIZE.box.height}V424`];
/** Down the middle column. @param {number} from @param {number} to */
const down = (from, to) => `M${MIDDLE + CENTRE} ${from + SIZE.box.height}V${to}`;
/** From the left column into y. */
const gating = `M${LEFT + CENTRE} ${FIRST + SIZE.box.height}V${FIFTH + 21}H${MIDDLE}`;
/** The state of the token before comes back. @param {number} y */
const loop = (y) => `M${MIDDLE} ${y + 32}C${MIDDLE - 22} ${y + 38} ${MIDDLE - 22} ${y + 4} ${MIDDLE} ${y + 10}`;

/** @type {Block} */
const h3 = {
  kind: "h3",
  name: "H3",
  boxes: [
    { id: "q", name: "q", formula: "q = in_proj[0 .. E] u", shape: "[E]", says: "What this token looks for.", part: "gate", at: [LEFT, FIRST] },
    { id: "k", name: "k", formula: "k = in_proj[E .. 2E] u", shape: "[E]", says: "The mark under which a token is kept.", at: [MIDDLE, FIRST] },
    { id: "v", name: "v", formula: "v = in_proj[2E .. 3E] u", shape: "[E]", says: "What a token has to give.", at: [RIGHT, FIRST] },
    { id: "shift", name: "shift", formula: "shift[t] = conv1d(k[t-K+1 .. t])", shape: "[E]", says: "A memory of the last K = 4 marks. It lets a token be kept under the mark of the one before.", part: "convolution", at: [MIDDLE, SECOND] },
    { id: "kv", name: "shift · v", formula: "kv = shift · v", shape: "[E]", says: "The first gate: only what both have is written, channel by channel.", at: [MIDDLE, THIRD] },
    { id: "ssm", name: "SSM", formula: "h[t] = exp(step A) h[t-1] + (exp(step A) - 1) / A · B kv[t],  ssm[t] = C h[t] + D kv[t]", shape: "[E], with a state h of [E, N]", says: "The long memory. A, B, C and the step are the same for every token.", part: "state", at: [MIDDLE, FOURTH] },
    { id: "y", name: "q · SSM", formula: "y = q · ssm", shape: "[E]", says: "The second gate: what was remembered passes where q asks for it.", at: [MIDDLE, FIFTH] },
  ],
  wires: [...ends([LEFT, MIDDLE, RIGHT]), down(FIRST, SECOND), down(SECOND, THIRD), down(THIRD, FOURTH), down(FOURTH, FIFTH), `M${RIGHT + CENTRE} ${FIRST + SIZE.box.height}V${THIRD + 21}H${MIDDLE + SIZE.box.width}`, gating, loop(FOURTH)],
};

/** @type {Block} */
const gated = {
  kind: "gated",
  name: "Gated MLP",
  boxes: [
    { id: "gate", name: "SiLU(z)", formula: "z = in_proj[E .. 2E] u,  gate = SiLU(z) = z / (1 + exp(-z))", shape: "[E]", says: "How far each channel is open for this token. Nearly shut is near zero.", part: "gate", at: [LEFT, FIRST] },
    { id: "x", name: "x", formula: "x = in_proj[0 .. E] u", shape: "[E]", says: "What may pass the gate.", at: [MIDDLE, FIRST] },
    { id: "conv", name: "conv, SiLU", formula: "conv[t] = SiLU(conv1d(x[t-K+1 .. t]))", shape: "[E]", says: "Ours has Mamba's short convolution, so that it sees the last K = 4 tokens. A plain gated MLP sees one.", part: "convolution", at: [MIDDLE, SECOND] },
    { id: "y", name: "gate · conv", formula: "y = conv · SiLU(z)", shape: "[E]", says: "What passes the gate. Nothing here is older than K tokens.", at: [MIDDLE, FIFTH] },
  ],
  wires: [...ends([LEFT, MIDDLE]), down(FIRST, SECOND), down(SECOND, FIFTH), gating],
};

/** Upper edges of Δ, B and C, and the wire on their right that brings x_proj's results. */
const [STEP_Y, B_Y, C_Y] = [176, 232, 288];
const WIRE = 324;

/** @type {Block} */
const mamba = {
  kind: "mamba",
  name: "Mamba",
  boxes: [
    { id: "gate", name: "SiLU(z)", formula: "z = in_proj[E .. 2E] u,  gate = SiLU(z) = z / (1 + exp(-z))", shape: "[E]", says: "The gate of the gated MLP.", part: "gate", at: [LEFT, FIRST] },
    { id: "skip", name: "x, as D x", formula: "x[t] = SiLU(conv1d(in_proj[0 .. E] u[t-K+1 .. t]));  shown: D x = (C h + D x) - C h", shape: "[E]", says: "What is offered to memory. The kernels do not keep x itself, so you see the part of it that goes past the state.", part: "convolution", at: [MIDDLE, SECOND] },
    { id: "delta", name: "Δ", formula: "Δ = softplus(dt_proj (x_proj x)[0 .. R])", shape: "[E]", says: "The step size: how strongly this token is written, and how much of the old fades.", part: "selection", at: [RIGHT, STEP_Y] },
    { id: "B", name: "B", formula: "B = (x_proj x)[R .. R+N]", shape: "[N]", says: "Into which of the N states this token is written.", part: "selection", at: [RIGHT, B_Y] },
    { id: "C", name: "C", formula: "C = (x_proj x)[R+N .. R+2N]", shape: "[N]", says: "Which of the N states this token reads.", part: "selection", at: [RIGHT, C_Y] },
    { id: "h", name: "h", formula: "h[t] = exp(Δ[t] A) h[t-1] + Δ[t] B[t] x[t]", shape: "[N, E]", says: "The long memory of H3. Each token now brings its own Δ and B.", part: "state", at: [MIDDLE, THIRD] },
    { id: "read", name: "C h + D x", formula: "read = C h + D x = y / SiLU(z)", shape: "[E]", says: "What is read from memory, and x itself.", at: [MIDDLE, FOURTH] },
    { id: "y", name: "gate · read", formula: "y = (C h + D x) · SiLU(z)", shape: "[E]", says: "What passes the gate.", at: [MIDDLE, FIFTH] },
  ],
  wires: [
    `M${LEFT + CENTRE} 52V${FIRST}`,
    `M${MIDDLE + CENTRE} 52V${SECOND}`,
    down(FIFTH, 424),
    down(SECOND, THIRD),
    down(THIRD, FOURTH),
    down(FOURTH, FIFTH),
    `M${MIDDLE + SIZE.box.width} ${SECOND + 12}H${WIRE}V${STEP_Y + 21}H${RIGHT + SIZE.box.width}`,
    `M${WIRE} ${STEP_Y + 21}V${B_Y + 21}H${RIGHT + SIZE.box.width}`,
    `M${WIRE} ${B_Y + 21}V${C_Y + 21}H${RIGHT + SIZE.box.width}`,
    `M${RIGHT} ${STEP_Y + 30}L${MIDDLE + SIZE.box.width} ${THIRD + 14}`,
    `M${RIGHT} ${B_Y + 14}L${MIDDLE + SIZE.box.width} ${THIRD + 30}`,
    `M${RIGHT} ${C_Y + 21}L${MIDDLE + SIZE.box.width} ${FOURTH + 21}`,
    gating,
    loop(THIRD),
  ],
  label: { text: "x_proj", at: [RIGHT + CENTRE, SECOND + 6] },
};

/** @type {Block[]} */
export const BLOCKS = [h3, gated, mamba];

/** How values lie in the picture of a box. @param {string} id @param {number} count */
export const columnsOf = (id, count) => (id === "h" ? count / STATES : Math.min(count, 16));

/** @type {Record<Part, { name: string, says: string }>} */
export const PARTS = {
  convolution: { name: "Short convolution", says: "All three begin with the last few tokens. In H3 it is called the shift SSM; Mamba puts a SiLU in place of H3's first gate." },
  state: { name: "From H3: the state", says: "Mamba takes the long memory of H3 and puts it into the main branch of the gated MLP, which has none." },
  gate: { name: "From the gated MLP: the gate", says: "H3 multiplies by q as it is. Mamba takes the gated MLP's way, SiLU(z). One kind of block then stands for H3 and MLP together." },
  selection: { name: "New: selection", says: "Only Mamba has these: Δ, B and C are computed from the token. In H3 they are fixed numbers of the model." },
};
