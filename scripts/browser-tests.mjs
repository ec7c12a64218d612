// Runs the browser tests (or the files that are named), two files at a time: they wait more than they compute.
//
// A machine that stands still for a minute fails a test that waits for a browser. So files with a failure run once more, one
// at a time. What fails again has failed. What passes then is named at the end: a test that is often named there needs mending.

import { readdirSync } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { run } from "node:test";
import { spec } from "node:test/reporters";

const MOST_FILE_MS = 1_200_000; // the longest file takes five minutes on two busy cores, on a slow day three times as long
const folder = "tests/browser";
const named = process.argv.slice(2);
const files = (named.length > 0 ? named : readdirSync(folder).filter((name) => name.endsWith(".test.mjs")).map((name) => `${folder}/${name}`))
  .map((file) => path.resolve(file))
  .sort();

/** What ended how, by file, line and name. @typedef {Map<string, { file: string, name: string, how: "passed" | "skipped" | "failed" }>} Ended */

/** Runs files and prints the report. @param {string[]} files @param {number} concurrency files at a time @returns {Promise<Ended>} */
async function report(files, concurrency) {
  /** @type {Ended} */
  const ended = new Map();
  /** @param {AsyncIterable<{ type: string, data: any }>} events */
  async function* noted(events) {
    for await (const event of events) {
      // The sums are those of both runs: see below.
      if (event.type === "test:diagnostic" && event.data.nesting === 0) continue;
      yield event;
      const { data } = event;
      if ((event.type !== "test:pass" && event.type !== "test:fail") || data.details?.type === "suite") continue;
      const how = event.type === "test:fail" ? "failed" : data.skip !== undefined || data.todo !== undefined ? "skipped" : "passed";
      ended.set(`${data.file} ${data.nesting} ${data.line} ${data.name}`, { file: data.file, name: data.name, how });
    }
  }
  await pipeline(run({ files, concurrency, timeout: MOST_FILE_MS }), noted, new spec(), process.stdout, { end: false });
  const tests = [...ended.values()];
  for (const { file } of tests.filter(({ file, name }) => name === file)) {
    console.log(`${path.basename(file)} ended early, after: ${tests.findLast((test) => test.file === file && test.name !== file)?.name ?? "its beginning"}`);
  }
  return ended;
}

/** @param {Ended} ended */
const failures = (ended) => [...ended.values()].filter(({ how }) => how === "failed");

const first = await report(files, 2);
const again = [...new Set(failures(first).map(({ file }) => file))];
let all = first;
if (again.length > 0) {
  console.log(`\nOnce more, one at a time: ${again.map((file) => path.basename(file)).join(", ")}\n`);
  const second = await report(again, 1);
  all = new Map([...[...first].filter(([, { file }]) => !again.includes(file)), ...second]);
  const failed = new Set(failures(second).map(({ file, name }) => file + name));
  for (const { file, name } of failures(first)) if (!failed.has(file + name)) console.log(`Passed only the second time: ${path.basename(file)}: ${name}`);
}
for (const [word, how] of [["pass", "passed"], ["fail", "failed"], ["skipped", "skipped"]]) {
  console.log(`ℹ ${word} ${[...all.values()].filter((test) => test.how === how).length}`);
}
process.exitCode = failures(all).length > 0 ? 1 : 0;
