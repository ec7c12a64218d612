// The browser has no room, or throws away what is kept, at any time: the model is loaded, the chat goes on, and the page says
// what is not kept.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { answerIsDone, lastAnswer, loadByAddress, modelIsCalled, modelIsReady, send, setSetting, withPage } from "./support/chromium.mjs";
import { beginsAnew, inTheMiddle, isLonger, stops } from "./support/faults.mjs";
import { ModelHost, readFolder } from "./support/host.mjs";
import { openSite } from "./support/site.mjs";

/** @typedef {import("playwright-core").Page} Page */

const { site, browser } = await openSite();
const files = await readFolder(fileURLToPath(new URL("../golden/chat/", import.meta.url)));
files.delete("expected.safetensors");
const weights = files.get("model.safetensors")?.length ?? 0;
const small = [...files].filter(([name]) => name !== "model.safetensors").reduce((sum, [, bytes]) => sum + bytes.length, 0);

/** Pages with a service worker, which needs room too. */
const WHOLE = { serviceWorkers: /** @type {const} */ ("allow") };

/** @param {Page} page @param {number} bytes */
async function limit(page, bytes) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Storage.overrideQuotaForOrigin", { origin: site.origin, quotaSize: bytes });
}

/** What a browser does that needs the room, or a visitor who deletes everything. @param {Page} page */
async function clearAll(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Storage.clearDataForOrigin", { origin: site.origin, storageTypes: "all" });
}

/** Where the room ends while a model is kept. @type {Record<string, number>} */
const STAGES = {
  "at once": 1,
  "in the small files": Math.round(small / 2),
  "before the weights": small + 1000,
  "in the middle of the weights": small + Math.round(weights / 2),
  "with the last bytes": small + weights - 10,
};

for (const [stage, bytes] of Object.entries(STAGES)) {
  test(`storage is full ${stage}: the model answers, the page says that it is not kept, and a reload works`, async () => {
    site.hosts.set("model", new ModelHost(files));
    await withPage(
      browser,
      `${site.origin}/empty/`,
      async (page) => {
        await limit(page, bytes);
        for (let visit = 0; visit < 2; visit++) {
          await page.goto(site.page("?model=/hosted/model/"));
          await modelIsReady(page);
          assert.match((await page.textContent("#not-kept:visible")) ?? "", /not enough room|could not keep/);
          await beginsAnew(page);
        }
        assert.equal(await page.locator("#problem .problem").count(), 0);
      },
      WHOLE,
    );
  });
}

test("all that is kept is deleted in the middle of an answer: the answer and the chat go on, and a reload works", async () => {
  await withPage(
    browser,
    site.page("?model=/golden/chat/"),
    async (page) => {
      await inTheMiddle(page);
      await page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");
      await clearAll(page);
      await isLonger(page, (await lastAnswer(page)).length + 20);
      await stops(page);
      await setSetting(page, "maxTokens", "5");
      await send(page, "Still there?");
      await answerIsDone(page);
      assert.notEqual(await lastAnswer(page), "");
      await loadByAddress(page, "/made/in-two-parts/");
      await page.locator("#ask[open], #loading:not(.away)").first().waitFor();
      await modelIsCalled(page, "in-two-parts");
      await page.reload();
      await modelIsReady(page);
      await beginsAnew(page);
    },
    WHOLE,
  );
});

test("all that is kept is deleted while the model is loaded: it is loaded, and answers", async () => {
  const host = new ModelHost(files);
  let heard = () => {};
  const isHalf = new Promise((resolve) => (heard = () => resolve(undefined)));
  host.manners.breakAfter = ({ from }) => (from > 0 ? null : (heard(), Math.round(weights / 2)));
  site.hosts.set("half", host);
  await withPage(browser, `${site.origin}/empty/`, async (page) => {
    await page.goto(site.page("?model=/hosted/half/"), { waitUntil: "commit" });
    await isHalf;
    await clearAll(page);
    await modelIsReady(page);
    await beginsAnew(page);
    await page.reload();
    await modelIsReady(page);
    await beginsAnew(page);
  });
});
