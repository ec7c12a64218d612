// The parts of www/engine/ that need no browser.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { canContinue, isOther, isSame, readContentRange, retryAfter } from "../../www/engine/fetch/http.js";
import { listingOf } from "../../www/engine/source/hub.js";
import { checkedManifest } from "../../www/engine/keep/manifest.js";
import { usesNeox } from "../../www/engine/source/neox.js";
import { ProgressMeter } from "../../www/engine/fetch/progress.js";
import { readText } from "../../www/engine/fetch/read-text.js";
import { Sha256 } from "../../www/engine/keep/sha256.js";
import { templateIn } from "../../www/engine/files/small-files.js";

test("SHA-256 in pieces of any size is node's", () => {
  const bytes = new Uint8Array(5000).map((_, i) => (i * 167) >> 3);
  for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 4999]) {
    for (const step of [1, 7, 64, 100, 5000]) {
      const hash = new Sha256();
      for (let at = 0; at < length; at += step) hash.update(bytes.subarray(at, Math.min(at + step, length)));
      const expected = createHash("sha256").update(bytes.subarray(0, length)).digest("hex");
      assert.equal(hash.digest(), expected, `${length} in steps of ${step}`);
    }
  }
});

test("SHA-256 of more than 4 gigabits has the right length in its end", () => {
  const hash = new Sha256();
  const expected = createHash("sha256");
  const block = new Uint8Array(2 ** 26);
  for (let i = 0; i < 9; i++) {
    hash.update(block);
    expected.update(block);
  }
  assert.equal(hash.digest(), expected.digest("hex"));
});

test("Content-Range", () => {
  assert.deepEqual(readContentRange("bytes 100-199/200"), { start: 100, size: 200 });
  assert.deepEqual(readContentRange("bytes 0-0/*"), { start: 0, size: null });
  for (const header of [null, "", "bytes */200", "items 0-1/2", "bytes -1-2/3"]) assert.equal(readContentRange(header), null);
});

/** @param {string | null} etag @param {string | null} [lastModified] @param {number | null} [size] */
const version = (etag, lastModified = null, size = null) => ({ etag, lastModified, size });

test("two versions are the same only if that is certain", () => {
  assert.ok(isSame(version('"a"'), version('"a"')));
  assert.ok(isSame(version('W/"a"'), version('"a"')), "a compressed answer of the same file");
  assert.ok(isSame(version(null, "Mon"), version(null, "Mon")));
  assert.ok(isSame(version('"a"', "Mon"), version(null, "Mon")), "headers that another site may not see");
  assert.ok(!isSame(version('"a"'), version('"b"')));
  assert.ok(!isSame(version('"a"', "Mon"), version('"b"', "Mon")));
  assert.ok(!isSame(version('"a"', null, 1), version('"a"', null, 2)));
  assert.ok(!isSame(version(null), version(null)));
  assert.ok(!isSame(version('"a"'), version(null)));
  assert.ok(!isSame(null, version('"a"')));
});

test("two versions are different only if that is certain", () => {
  assert.ok(isOther(version('"a"'), version('"b"')));
  assert.ok(isOther(version(null, "Mon"), version(null, "Tue")));
  assert.ok(isOther(version(null, null, 1), version(null, null, 2)));
  assert.ok(!isOther(version('W/"a"'), version('"a"')));
  assert.ok(!isOther(version('"a"'), version(null, "Mon")));
  assert.ok(!isOther(null, version('"a"')));
});

test("the rest of a file can be asked for where its version is known to the byte", () => {
  assert.ok(canContinue(version('"a"')));
  assert.ok(canContinue(version('W/"a"', "Mon")));
  assert.ok(!canContinue(version('W/"a"')));
  assert.ok(!canContinue(version(null)));
  assert.ok(!canContinue(null));
});

test("the hub's list of files", () => {
  const sha = "a".repeat(40);
  const sha256 = "b".repeat(64);
  const siblings = [
    { rfilename: "config.json", size: 10, blobId: "c".repeat(40) },
    { rfilename: "model.safetensors", size: 134, blobId: "d".repeat(40), lfs: { sha256, size: 500, pointerSize: 134 } },
    { rfilename: "odd", size: -1, lfs: { sha256: "x" } },
  ];
  assert.deepEqual(listingOf({ sha, siblings }), {
    commit: sha,
    files: {
      "config.json": { size: 10, sha256: null, oid: "c".repeat(40) },
      "model.safetensors": { size: 500, sha256, oid: sha256 },
      odd: { size: null, sha256: null, oid: null },
    },
  });
  for (const answer of [null, {}, [], { sha }, { sha: "main", siblings }, { sha, siblings: [{}] }]) assert.equal(listingOf(answer), null);
});

test("a small file is text, not a web page, and not without end", async () => {
  const chunks = async function* (/** @type {Uint8Array[]} */ ...parts) {
    yield* parts;
  };
  const bytes = new TextEncoder().encode("é");
  assert.equal(await readText({ name: "x", chunks: chunks(bytes.subarray(0, 1), bytes.subarray(1)) }), "é");
  const page = new TextEncoder().encode(" <!DOCTYPE html><html>");
  await assert.rejects(readText({ name: "x", chunks: chunks(page) }), { code: "not-found" });
  const mebibyte = new Uint8Array(2 ** 20).fill(32);
  await assert.rejects(readText({ name: "x", chunks: chunks(...Array(65).fill(mebibyte)) }), { code: "bad-checkpoint" });
});

/** @param {string | null} value @param {string} [date] */
const answered = (value, date) => ({ headers: new Headers({ ...(value !== null && { "retry-after": value }), ...(date && { date }) }) });

test("when a server wants to be asked again: seconds, or a date by its own clock", () => {
  const now = Date.UTC(2026, 0, 1, 12, 0, 0);
  for (const [value, ms] of /** @type {[string | null, number | null][]} */ ([
    ["0", 0],
    ["7", 7000],
    [" 120 ", 120_000],
    ["Thu, 01 Jan 2026 12:00:30 GMT", 30_000],
    ["Thursday, 01-Jan-26 12:00:30 GMT", 30_000],
    ["Thu, 01 Jan 2026 11:00:00 GMT", 0],
    [null, null],
    ["", null],
    ["soon", null],
    ["-5", null],
    ["1e9", null],
    ["12 apples", null],
  ])) {
    assert.equal(retryAfter(answered(value), now), ms, String(value));
  }
  // The visitor's clock is an hour late; the server says what it takes for now.
  const late = now - 3_600_000;
  assert.equal(retryAfter(answered("Thu, 01 Jan 2026 12:00:30 GMT", "Thu, 01 Jan 2026 12:00:10 GMT"), late), 20_000);
});

test("a model without a tokenizer has GPT-NeoX's by its config, also where that has Python's words for numbers", () => {
  const config = (/** @type {string} */ limit, vocab = 50288) => `{"model_type": "mamba2", "vocab_size": ${vocab}, "time_step_limit": ${limit}}`;
  for (const limit of ["[0.0, 1e30]", "[0.0, Infinity]", "[-Infinity, NaN]", '[0.0, {"__float__": "Infinity"}]', '"Infinity, \\"NaN"']) {
    assert.ok(usesNeox(config(limit)), limit);
    assert.ok(!usesNeox(config(limit, 32000)), limit);
  }
  const original = (/** @type {number} */ vocab) => `{"d_model": 768, "n_layer": 24, "vocab_size": ${vocab}, "ssm_cfg": {"dt_limit": [0.0, Infinity]}}`;
  assert.ok(usesNeox(original(50277)));
  for (const other of [256, 50257, 65536]) assert.ok(!usesNeox(original(other)), String(other));
  assert.ok(!usesNeox("Infinity"));
  assert.ok(!usesNeox("{"));
});

test("chat_template.json holds a template, or several by their names", () => {
  assert.equal(templateIn('{"chat_template": "{{ x }}"}'), "{{ x }}");
  assert.equal(templateIn('"{{ x }}"'), "{{ x }}");
  assert.equal(templateIn('{"chat_template": [{"name": "tool_use", "template": "a"}, {"name": "default", "template": "b"}]}'), "b");
  assert.equal(templateIn('{"chat_template": {"tool_use": "a", "default": "b"}}'), "b");
  for (const json of ["", "{", "null", "7", "{}", "[]", "[null]", '{"chat_template": {}}']) {
    assert.throws(() => templateIn(json), { code: "bad-tokenizer" }, json);
  }
});

test("a damaged record of a kept model is none", () => {
  const version = { etag: '"a"', lastModified: null, size: 5 };
  const right = {
    format: 1,
    address: "hf:o/n",
    isComplete: true,
    listing: { commit: "a".repeat(40), files: { "config.json": { size: 5, sha256: null, oid: null } } },
    files: { "config.json": { state: "whole", version }, "x.json": { state: "missing", version: null } },
  };
  assert.equal(checkedManifest(right), right);
  assert.ok(checkedManifest({ ...right, listing: null }));
  /** Every value in it, changed to one of another kind. @param {any} value @returns {Generator<any>} */
  function* damaged(value) {
    for (const other of [7, "x", true, [], { x: 1 }, undefined]) {
      const isSame = typeof other === typeof value && Array.isArray(other) === Array.isArray(value);
      if (!isSame || value === null) yield other;
    }
    if (typeof value !== "object" || value === null) return;
    for (const key of Object.keys(value)) for (const other of damaged(value[key])) yield { ...value, [key]: other };
  }
  let count = 0;
  for (const damage of damaged(right)) {
    count += 1;
    const kept = checkedManifest(damage);
    // Some places may hold a text or a number as well; then all that is read of it is.
    if (kept) assert.deepEqual(JSON.stringify(kept).replace(/"x"|7/g, "null"), JSON.stringify(damage).replace(/"x"|7/g, "null"));
  }
  assert.ok(count > 80, String(count));
  for (const wrong of [null, {}, [], { ...right, format: 2 }, { ...right, files: null }, { ...right, files: { a: null } }, { ...right, listing: {} }]) {
    assert.equal(checkedManifest(wrong), null);
  }
});

/** A meter with a clock that is moved by hand. @param {import("node:test").TestContext} t */
function meterWithClock(t) {
  let now = 0;
  /** @type {import("../../www/engine/fetch/progress.js").Progress[]} */
  const reports = [];
  const meter = new ProgressMeter((report) => reports.push(report), () => now);
  t.after(() => meter.end());
  return { meter, reports, last: () => reports[reports.length - 1], pass: (/** @type {number} */ ms) => (now += ms) };
}

test("progress: everything is counted, and its parts are told", (t) => {
  const { meter, last, pass } = meterWithClock(t);
  assert.equal(last().phase, "connect");
  assert.equal(last().totalBytes, null);
  pass(200);
  meter.program({ loadedBytes: 400_000, totalBytes: 1_000_000, isFromNetwork: true });
  assert.equal(last().phase, "connect", "the program is no file of the model");
  pass(200);
  meter.add(50_000, "download", "files");
  assert.equal(last().phase, "download");
  assert.equal(last().loadedBytes, 450_000);
  assert.equal(last().totalBytes, null, "the weights are not known yet");
  meter.expect(3_000_000);
  pass(200);
  meter.add(100_000, "read");
  assert.equal(last().phase, "read");
  assert.deepEqual(last().parts, {
    program: { loadedBytes: 400_000, totalBytes: 1_000_000 },
    files: { loadedBytes: 50_000, totalBytes: null },
    weights: { loadedBytes: 100_000, totalBytes: 3_000_000 },
  });
  assert.equal(last().totalBytes, 1_000_000 + 50_000 + 3_000_000);
  pass(200);
  meter.add(20_000, "download", "files");
  assert.equal(last().phase, "read", "what the weights do is told");
  meter.reset();
  assert.equal(last().loadedBytes, 400_000, "the program is there already");
  assert.equal(last().kernels, null);
  meter.compile({ ready: 3, of: 19 });
  meter.prepare();
  assert.deepEqual(last().kernels, { ready: 3, of: 19 });
  assert.equal(last().phase, "prepare");
  assert.equal(last().bytesPerSecond, null);
  meter.program({ loadedBytes: 1_000_000, totalBytes: 1_000_000, isFromNetwork: true });
  assert.equal(last().phase, "prepare", "and nothing ticks any more");
});

test("progress: the rate is that of the network, over the last seconds, whatever came", (t) => {
  const { meter, last, pass } = meterWithClock(t);
  meter.expect(2_000_000);
  for (let i = 0; i < 10; i++) {
    pass(200);
    meter.add(100_000, "read");
  }
  assert.equal(last().bytesPerSecond, null, "a disk is no network");
  assert.equal(last().secondsLeft, null);
  pass(50);
  meter.add(90_000, "download");
  assert.equal(last().bytesPerSecond, null, "a first burst is no rate");
  for (let i = 1; i <= 50; i++) {
    pass(200);
    meter.add(8_000, "download");
    meter.program({ loadedBytes: i * 2_000, totalBytes: 100_000, isFromNetwork: true });
  }
  pass(200);
  meter.add(10_000, "download");
  assert.equal(last().phase, "download");
  assert.equal(last().loadedBytes, 1_010_000 + 90_000 + 50 * 10_000);
  // The burst is older than the window.
  assert.ok(Math.abs(Number(last().bytesPerSecond) - 50_000) < 2_500, String(last().bytesPerSecond));
  const left = 2_100_000 - last().loadedBytes;
  assert.equal(last().secondsLeft, left / Number(last().bytesPerSecond));
  // From the cache of the browser: loaded, but not over the network.
  pass(100);
  meter.program({ loadedBytes: 100_000, totalBytes: 100_000, isFromNetwork: false });
  assert.ok(Number(last().bytesPerSecond) < 60_000, String(last().bytesPerSecond));
  meter.wait(true);
  assert.equal(last().phase, "wait");
  assert.equal(last().bytesPerSecond, null);
});
