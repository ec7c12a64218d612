// Where a chapter of the Lab computes. The first message is the compiled program, the others are jobs, one after the other.

import * as wasm from "../mamba_web_lab.js";
import { JOBS } from "./jobs/all.js";

/** @type {Promise<unknown>} what was asked for before */
let before = Promise.resolve();

self.onmessage = ({ data }) => {
  before = before.then(async () => {
    if (data instanceof WebAssembly.Module) await wasm.default({ module_or_path: data });
    else await work(data);
  });
};

/** @param {import("./lab.js").ToWorker} message */
async function work({ id, job, input }) {
  /** @param {import("./lab.js").FromWorker} answer */
  const post = (answer) => self.postMessage(answer);
  try {
    post({ id, answer: await JOBS[job](wasm, input, (part) => post({ id, part })) });
  } catch (error) {
    post({ id, error: error instanceof Error ? error.message : String(error) });
  }
}
