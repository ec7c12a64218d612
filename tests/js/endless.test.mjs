// The numbers of the endless line.

import assert from "node:assert/strict";
import { test } from "node:test";
import { cacheBytes, tokensUntilLarger } from "../../www/page/endless/cache-size.js";
import { Series } from "../../www/page/endless/series.js";

test("a Transformer's keys and values", () => {
  // 24 layers, 2,048 wide, 16 bits: 192 KiB a token.
  const model = { layers: 24, dModel: 2048, stateBytes: 1_000_000 };
  assert.equal(cacheBytes(model, 1), 196_608);
  assert.equal(cacheBytes(model, 1000), 196_608_000);
  const token = tokensUntilLarger(model);
  assert.ok(cacheBytes(model, token) > model.stateBytes && cacheBytes(model, token - 1) <= model.stateBytes);
});

test("a series stays short and reaches back to its beginning", () => {
  const series = new Series(8);
  for (let i = 0; i < 1000; i++) series.add(i);
  assert.ok(series.values.length < 8 && series.values.length >= 4);
  assert.ok(series.values[0] < 200 && (series.values.at(-1) ?? 0) > 700);
  assert.deepEqual(series.values, series.values.toSorted((a, b) => a - b));
});
