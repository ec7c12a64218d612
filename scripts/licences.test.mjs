// The licences of all npm packages, most of which are only tools. cargo-deny checks those of crates (scripts/deny.sh).

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { allowedLicences, isAllowed } from "./notices.mjs";

/** Fine for a tool that nobody gets with the site. The build refuses them in the site itself. */
const OF_TOOLS = ["0BSD", "BlueOak-1.0.0", "CC-BY-4.0", "MPL-2.0", "PSF-2.0", "Python-2.0"];

for (const lock of ["../package-lock.json", "../examples/web/package-lock.json", "../docs/site/package-lock.json"]) {
  test(`every npm package of ${lock} has a licence that may be used`, async () => {
    const { packages } = JSON.parse(await readFile(new URL(lock, import.meta.url), "utf8"));
    const allowed = new Set([...(await allowedLicences()), ...OF_TOOLS]);
    const found = Object.entries(packages).filter(([name]) => name !== "");
    assert.ok(found.length > 100);
    const refused = found.filter(([, { license }]) => !license || !isAllowed(license, allowed));
    assert.deepEqual(refused.map(([name, { license }]) => `${name}: ${license}`), []);
  });
}

test("an expression is met by what it asks for, and by no less", () => {
  const allowed = new Set(["MIT", "Apache-2.0"]);
  for (const fine of ["MIT", "MIT/GPL-3.0", "(MIT OR CC0-1.0)", "MIT AND Apache-2.0", "Apache-2.0 WITH LLVM-exception"]) {
    assert.ok(isAllowed(fine, allowed), fine);
  }
  for (const wrong of ["GPL-3.0", "MIT AND GPL-3.0", "(GPL-3.0 OR LGPL-2.1) AND MIT", ""]) assert.ok(!isAllowed(wrong, allowed), wrong);
});
