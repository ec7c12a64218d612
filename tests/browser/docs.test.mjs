// The documentation in a browser: its looks and what axe-core says of it, keys, and that it opens without a network.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import { PAGES } from "../../docs/site/pages.mjs";
import { modelIsReady, withPage } from "./support/chromium.mjs";
import { openSite } from "./support/site.mjs";

const { site, browser } = await openSite();
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** All pages have the same styles, so some are enough in light. */
const VIEWS = /** @type {const} */ ([
  [390, "dark", PAGES.map(({ page }) => page)],
  [1280, "light", ["index.html", "api.html", "reference.html"]],
]);

for (const [width, colorScheme, names] of VIEWS) {
  test(`axe-core finds nothing to mend, and nothing is cut off, at ${width} pixels (${colorScheme})`, async () => {
    await withPage(
      browser,
      site.page("docs/"),
      async (page) => {
        const client = await page.context().newCDPSession(page);
        for (const name of names) {
          await page.goto(site.page(`docs/${name}`));
          assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} is too wide`);
          // The page's policy allows no script, so axe comes as the tools of a developer do.
          const { result } = await client.send("Runtime.evaluate", {
            expression: `${axe}; axe.run(document, { preload: false }).then(({ violations }) => JSON.stringify(violations.map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map(({ html }) => html).join(" "))))`,
            awaitPromise: true,
            returnByValue: true,
          });
          assert.deepEqual(JSON.parse(result.value), [], name);
        }
        const [paper, ink] = await page.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]);
        assert.deepEqual([paper, ink], colorScheme === "light" ? ["rgb(247, 246, 241)", "rgb(28, 33, 30)"] : ["rgb(19, 22, 20)", "rgb(231, 234, 230)"]);
      },
      { viewport: { width, height: 800 }, colorScheme },
    );
  });
}

test("keys: the first one skips to the text, and the menu leads to other pages", async () => {
  await withPage(browser, site.page("docs/"), async (page) => {
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), "MAIN");
    await page.getByRole("navigation", { name: "Contents" }).getByRole("link", { name: "The JavaScript API" }).press("Enter");
    await page.getByRole("heading", { name: "The public surface" }).waitFor();
    assert.equal(await page.locator("nav [aria-current]").textContent(), "The JavaScript API");
  });
});

test("the chat page leads to it and asks for nothing of it; once a page of it was opened, all open without a network", async () => {
  const visitor = await browser.newContext();
  const tab = await visitor.newPage();
  const asked = /** @type {string[]} */ ([]);
  visitor.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await tab.goto(site.page(""));
  await modelIsReady(tab);
  await tab.evaluate(() => navigator.serviceWorker.ready);
  await tab.waitForFunction(() => navigator.serviceWorker.controller);
  const kept = () => tab.evaluate(async () => (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)))).flat().filter((url) => /\/docs\//.test(url)).length);
  assert.equal(await kept(), 0);
  assert.deepEqual(asked.filter((name) => /\/docs\//.test(name)), []);

  await tab.goto(await tab.locator("a", { hasText: "Documentation" }).evaluate((link) => /** @type {HTMLAnchorElement} */ (link).href));
  const list = (await (await fetch(site.page("docs/files.txt"))).text()).trim().split("\n").slice(1);
  for (let tries = 0; tries < 100 && (await kept()) !== list.length + 1; tries++) await tab.waitForTimeout(100);
  assert.equal(await kept(), list.length + 1);
  await visitor.setOffline(true);
  await tab.getByRole("link", { name: "Hosting" }).first().click();
  await tab.getByRole("heading", { level: 1, name: "Hosting" }).waitFor();
  assert.equal(await tab.evaluate(() => getComputedStyle(document.body).display), "grid", "with its styles");
  await tab.goto(site.page("docs/"));
  await tab.getByRole("heading", { level: 1, name: "mamba-web" }).waitFor();
  await visitor.close();
});
