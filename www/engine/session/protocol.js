// What mamba.js and worker.js say to each other.

/**
 * @typedef {object} Calls what each call takes and gives
 * @property {(args: Pick<import("../files/load-model.js").Wanted, "source" | "options" | "fetching">)
 *   => import("../../mamba.js").EngineInfo} load
 * @property {(args: { text: string }) => Uint32Array} tokenize
 * @property {(args: { ids: Uint32Array }) => string} detokenize
 * @property {(args: { json: string }) => string} renderChat
 * @property {(args: { text: string }) => Uint32Array} tokenizeChat
 * @property {() => number} memoryBytes
 * @property {() => void} loseDevice
 * @property {(args: { system: string | undefined }) => SessionHandle} session
 * @property {(args: { bytes: Uint8Array }) => SessionHandle & { text: string | null }} restore
 * @property {(args: { session: number }) => SessionHandle} fork
 * @property {(args: { session: number }) => Float32Array} logits
 * @property {(args: { session: number, other: number, weight: number }) => SessionHandle} blend
 * @property {(args: { session: number, other: number }) => import("./session.js").Difference[]} difference
 * @property {(args: { session: number, packing?: string, text?: string }) => Uint8Array} snapshot
 * @property {(args: { session: number }) => void} close
 * @property {(args: { key: string, session: number, packing?: string, text?: string })
 *   => import("../states/keeper.js").Placed} statePut
 * @property {(args: { key: string }) => SessionHandle & { text: string | null } | null} stateOpen
 * @property {(args: { keys: string[] }) => string[]} stateHas
 * @property {(args: { prefix: string }) => void} stateDrop
 * @property {(args: { memoryBytes?: number, diskBytes?: number }) => void} stateLimit
 * @property {() => import("../states/keeper.js").Usage} stateUsage
 * @property {(args: { session: number, request: object & { constraint?: import("./arguments.js").Constraint, ahead?: number } }) => Ending} run
 *
 * @typedef {{ session: number, position: number, stats: SessionStats }} SessionHandle
 * @typedef {{ position: number, stats: SessionStats }} Standing where a session stands
 * @typedef {Standing & { text: string, reason: "stop" | "length" | "read" | "cancelled", ids: Uint32Array | null,
 *   surprise: Float32Array }} Ending
 *   `ids` are all tokens that the run has read, null if they were too many to be kept; `surprise` is that of each token
 *   that it was to weigh while it read
 * @typedef {import("../../mamba.js").SessionStats} SessionStats
 *
 * @typedef {{ [name in keyof Calls]: { id: number, call: name, args: Parameters<Calls[name]>[0] } }[keyof Calls]} Request
 * @typedef {Request | { id: number, stop: true } | { id: number, taken: number }} AboutCall
 * @typedef {{ module: WebAssembly.Module } | { problem: import("../errors.js").PlainError }} Compiled or why it is not
 * @typedef {AboutCall | { program: import("../program/wasm.js").Program, wasm: typeof import("../program/assets.js").WASM }
 *   | { given: import("../program/assets.js").WasmName, compiled: Compiled }
 *   | { fetched: import("../fetch/progress.js").Fetched } | { helpers: { missing: number } }} ToWorker
 *   `program` comes first of all, with where the wasm is; `given` answers `wants`; `fetched` is what has come of the program;
 *   `helpers` comes when all threads have answered, `missing` of them with a failure
 *
 * @typedef {{ progress: import("../fetch/progress.js").Progress }
 *   | { lost: true }
 *   | { info: import("../../mamba.js").EngineInfo }
 *   | { prefill: { read: number, total: number }, at: Standing }
 *   | { pieces: import("./session.js").Piece[], at: Standing }} CallEvent
 *   `lost`: the GPU was lost, and the model is loaded again; `info` follows
 * @typedef {{ id: number, result: unknown }
 *   | { id: number, error: import("../errors.js").PlainError }
 *   | { id: number, event: CallEvent }
 *   | { info: import("../../mamba.js").EngineInfo }
 *   | { wants: import("../program/assets.js").WasmName }
 *   | { shared: import("../program/pool.js").Shared | null }
 *   | { fatal: import("../errors.js").PlainError }} FromWorker
 *   `info` comes when the model has moved to another device by itself; `wants` asks the page for a wasm; `shared` is what the helpers start with, null
 *   where none are of use after all
 */

/**
 * How many tokens the worker may be ahead of the one who reads them, unless the run asks for none. One, so that whoever
 * stops after a token finds the state at most one token further, and the worker still
 * computes the next token while this one is being shown.
 */
export const TOKENS_AHEAD = 1;
