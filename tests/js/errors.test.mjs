// Which errors end the engine, and which are told and no more.

import assert from "node:assert/strict";
import { test } from "node:test";
import { asMambaError, badArgument, isFatal } from "../../www/engine/errors.js";

/** An error as the wasm throws it: src/web/error.rs. @param {string} code @param {string} message @param {string} hint */
const told = (code, message, hint) => Object.assign(new Error(message), { name: "MambaError", code, hint });

test("an error that the wasm has told ends nothing, whatever its words are", () => {
  // A GPU without room for the rival of an engine that answers on the CPU.
  const noRoom = told("out-of-memory", "The GPU has no room for 260 MB of weights and 30 MB to work with (Out of Memory).", "Close other tabs.");
  assert.equal(isFatal(noRoom), false);
  const error = asMambaError(noRoom);
  assert.deepEqual([error.code, error.message, error.hint], ["out-of-memory", noRoom.message, noRoom.hint]);
  assert.equal(isFatal(badArgument("An allocation failed, or so it says.")), false);
});

test("a trap and a browser that is out of memory end the engine", () => {
  for (const end of [new WebAssembly.RuntimeError("unreachable"), new RangeError("Array buffer allocation failed"), new RangeError("WebAssembly.Memory.grow(): out of memory"), "out of memory", new Error("could not allocate memory")]) assert.ok(isFatal(end), String(end));
  assert.equal(asMambaError(new RangeError("Array buffer allocation failed")).code, "out-of-memory");
  assert.equal(asMambaError(new WebAssembly.RuntimeError("unreachable")).code, "engine-stopped");
});
