// The sessions of this worker, by the numbers that the page has for them, and what is asked of a session beside a run.

import { badArgument } from "../errors.js";
import { Uses } from "../session/uses.js";
import { readBack } from "./device.js";
import { theEngine } from "./engine.js";
import { inTurn } from "./in-turn.js";

/** @typedef {import("../../mamba_web.js").WasmSession} WasmSession */

/** @type {Map<number, WasmSession>} */
const sessions = new Map();
let nextSession = 1;

export const uses = new Uses();

/** The sessions that a call names. @param {any} args @returns {number[]} */
export const sessionsOf = (args) => [args?.session, args?.other].filter((handle) => typeof handle === "number");

/** @param {WasmSession} session */
export function keep(session) {
  const handle = nextSession++;
  sessions.set(handle, session);
  return { session: handle, ...standing(session) };
}

/** @param {Uint8Array} bytes of an .mstate file */
export function open(bytes) {
  const session = theEngine().restore(bytes);
  return { ...keep(session), text: session.takeText() ?? null };
}

/** @param {number} handle */
export function theSession(handle) {
  const session = sessions.get(handle);
  if (!session) throw badArgument("This session is closed.", "Start a new session.");
  return session;
}

/** @param {WasmSession} session */
export const standing = (session) => ({ position: session.position(), stats: session.stats() });

/** @param {{ session: number }} args */
export async function close({ session: handle }) {
  const session = theSession(handle);
  sessions.delete(handle); // nothing begins with it any more
  await uses.end(handle);
  session.free();
}

/** @param {{ session: number }} args @param {number} id */
export async function logits({ session: handle }, id) {
  const session = theSession(handle);
  await inTurn(() => readBack(session, id));
  return session.logits();
}

/** @param {{ session: number, other: number, weight: number }} args @param {number} id */
export async function blend({ session, other, weight }, id) {
  const [a, b] = [theSession(session), theSession(other)];
  await inTurn(() => readBack(a, id));
  await inTurn(() => readBack(b, id));
  return keep(a.blend(b, weight));
}

/** @param {{ session: number, other: number }} args @param {number} id */
export async function difference({ session, other }, id) {
  const [a, b] = [theSession(session), theSession(other)];
  await inTurn(() => readBack(a, id));
  await inTurn(() => readBack(b, id));
  return a.difference(b);
}

/**
 * @param {WasmSession} session
 * @param {string | undefined} packing
 * @param {string | undefined} text
 * @param {number} id
 */
export async function snapshot(session, packing, text, id) {
  await inTurn(() => readBack(session, id));
  return /** @type {Uint8Array<ArrayBuffer>} */ (session.snapshot(packing, text));
}
