// The parts of www/engine/ that need no browser.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { canContinue, isSame, readContentRange } from "../../www/engine/http.js";
import { listingOf, readHubName, writeHubName } from "../../www/engine/hub.js";
import { findModel } from "../../www/engine/model-source.js";
import { ProgressMeter } from "../../www/engine/progress.js";
import { readText } from "../../www/engine/read-text.js";
import { Sha256 } from "../../www/engine/sha256.js";

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

test("the rest of a file can be asked for where its version is known to the byte", () => {
  assert.ok(canContinue(version('"a"')));
  assert.ok(canContinue(version('W/"a"', "Mon")));
  assert.ok(!canContinue(version('W/"a"')));
  assert.ok(!canContinue(version(null)));
  assert.ok(!canContinue(null));
});

test("names on the hub", () => {
  const is = (/** @type {string} */ name, /** @type {any} */ expected) => assert.deepEqual(readHubName(name), expected, name);
  const mamba = { repository: "state-spaces/mamba-130m-hf", revision: "main", weights: null };
  is("hf:state-spaces/mamba-130m-hf", mamba);
  is("hf:state-spaces/mamba-130m-hf@refs/pr/4", { ...mamba, revision: "refs/pr/4" });
  is("https://huggingface.co/state-spaces/mamba-130m-hf", mamba);
  is("https://huggingface.co/state-spaces/mamba-130m-hf/", mamba);
  is("https://huggingface.co/state-spaces/mamba-130m-hf?library=transformers#usage", mamba);
  is("https://huggingface.co/state-spaces/mamba-130m-hf/tree/refs%2Fpr%2F4", { ...mamba, revision: "refs/pr/4" });
  is("https://huggingface.co/state-spaces/mamba-130m-hf/blob/main/config.json", mamba);
  is("https://huggingface.co/o/n/resolve/v1/sub/m.Q4_K.gguf?download=true", { repository: "o/n", revision: "v1", weights: "sub/m.Q4_K.gguf" });
  for (const name of [
    "hf:mamba",
    "hf:../x",
    "hf:o/n@",
    "hf:o/n/x",
    "https://huggingface.co/",
    "https://huggingface.co/datasets/o",
    "https://other.example/o/n",
  ]) {
    is(name, null);
  }
  for (const name of ["hf:o/n", "hf:o/n@refs/pr/1"]) assert.equal(writeHubName(/** @type {any} */ (readHubName(name))), name);
  const file = { repository: "o/n", revision: "refs/pr/1", weights: "m.gguf" };
  assert.deepEqual(readHubName(writeHubName(file)), file);
  assert.equal(readHubName("hf:o/n@../../x")?.revision, "main");
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

test("where a model is", () => {
  const base = "https://page.example/sub/";
  const find = (/** @type {any} */ model) => /** @type {any} */ (findModel(model, base));
  assert.deepEqual(find("models/x"), { kind: "web", folder: "https://page.example/sub/models/x/", weights: null });
  assert.deepEqual(find("https://a.example/m/config.json?x#y"), { kind: "web", folder: "https://a.example/m/", weights: null });
  assert.equal(find("https://a.example/100%/").folder, "https://a.example/100%/");
  const weights = "https://a.example/m/w.safetensors?token=1";
  assert.deepEqual(find(weights), { kind: "web", folder: "https://a.example/m/", weights });
  assert.equal(find(" hf:o/n ").kind, "hub");
  const files = [new File([], "config.json"), new File([], "model.safetensors")];
  assert.deepEqual(find(files), { kind: "files", files });
  for (const model of ["", "hf:o", "ftp://x/", "https://[", 7, null, {}, [], [7], "a.bin", [new File([], "a.pt")]]) {
    assert.throws(() => find(model), { code: "bad-argument" });
  }
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

test("progress: the rate is that of the last seconds, and of one phase", () => {
  let now = 0;
  /** @type {import("../../www/engine/progress.js").Progress[]} */
  const reports = [];
  const meter = new ProgressMeter((report) => reports.push(report), () => now);
  const last = () => reports[reports.length - 1];
  meter.expect(2_000_000);
  assert.equal(last().phase, "connect");
  for (let i = 0; i < 10; i++) {
    now += 200;
    meter.add(100_000, "read");
  }
  assert.equal(last().phase, "read");
  assert.equal(last().bytesPerSecond, 500_000);
  for (let i = 0; i < 50; i++) {
    now += 200;
    meter.add(10_000, "download");
  }
  assert.equal(last().phase, "download");
  assert.equal(last().loadedBytes, 1_500_000);
  assert.equal(last().bytesPerSecond, 50_000, "the fast disk does not count");
  assert.equal(last().secondsLeft, 10);
  meter.wait(true);
  assert.equal(last().phase, "wait");
  assert.equal(last().bytesPerSecond, null);
  meter.reset();
  assert.equal(last().loadedBytes, 0);
  assert.equal(last().kernels, null);
  meter.compile({ ready: 3, of: 19 });
  meter.prepare();
  assert.deepEqual(last().kernels, { ready: 3, of: 19 });
  assert.equal(last().phase, "prepare");
});
