// Strangers' text on its way to the page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { capitalised, listed, MOST_SENTENCE, seenText, shownName, shownPlace, shownText } from "../../www/page/shown-text.js";

test("what is too long is cut, and nothing is cut in two", () => {
  assert.equal(shownText("Short."), "Short.");
  assert.equal(shownText("a".repeat(MOST_SENTENCE)), "a".repeat(MOST_SENTENCE));
  assert.equal(shownText("a".repeat(1e6)), `${"a".repeat(MOST_SENTENCE)} …`);
  assert.equal(shownText("😀".repeat(10), 5), "😀😀 …");
  assert.ok(shownText("\u202e".repeat(1e6)).length <= MOST_SENTENCE + 2, "what is shown, not what came, is bounded");
});

test("what cannot be seen is shown", () => {
  assert.equal(shownName("a\u202eb"), "a[U+202E]b");
  assert.equal(shownName("a\u200bb\ufeff"), "a[U+200B]b[U+FEFF]");
  assert.equal(shownName("a\u2066b\u2069"), "a[U+2066]b[U+2069]");
  assert.equal(shownName("a\u0000b"), "a[U+0000]b");
  assert.equal(shownName("a\nb\tc"), "a b c");
  assert.equal(shownName("naïve Größe שלום 模型"), "naïve Größe שלום 模型");
});

test("of a long place its end is shown, which says whose it is", () => {
  assert.equal(shownPlace("bank.example"), "bank.example");
  assert.match(shownPlace(`www.bank.example.${"a".repeat(60)}.${"b".repeat(60)}.evil.example`), /^… a*\.b{60}\.evil\.example$/);
});

test("a line of facts begins with a capital letter", () => {
  assert.equal(listed(["first token after 3 ms", "stopped"]), "First token after 3 ms · stopped");
  assert.equal(listed([]), "");
  assert.equal(capitalised("12 tokens"), "12 tokens");
});

test("in a text of many lines, line breaks and what a script needs stay", () => {
  assert.equal(seenText("a\n\tb\u00adc"), "a\n\tb\u00adc");
  assert.equal(seenText("a\u202eb\u2067c\u200bd\u200de"), "a[U+202E]b[U+2067]c[U+200B]d[U+200D]e");
  for (const text of ["👩\u200d🔬", "❤️\u200d🔥", "👍🏽", "می\u200cخواهم", "क्\u200dष"]) assert.equal(seenText(text), text);
  assert.equal(seenText("\ud800"), "[U+D800]");
});
