// The dialog for other models: the list of known ones, dropped files, what is kept, and a
// download that is cancelled and resumed.

import assert from "node:assert/strict";
import path from "node:path";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { LARGER_MODEL, OWN_MODELS } from "../../www/page/own-models.js";
import { answerIsDone, lastAnswer, modelIsCalled, modelIsReady, openContext, send, setSetting, withPage } from "./support/chromium.mjs";
import { ModelHost, readFolder } from "./support/host.mjs";
import { Hub } from "./support/hub.mjs";
import { openSite } from "./support/site.mjs";

/** @typedef {import("playwright-core").Page} Page */

const { site, browser } = await openSite(["--host-resolver-rules=MAP insecure.test 127.0.0.1"]);

/** @type {Map<string, Buffer>} */
let small;
const root = fileURLToPath(new URL("../../", import.meta.url));
const chatFolder = path.join(root, "tests/golden/chat");
before(async () => {
  small = await readFolder(chatFolder);
  small.delete("expected.safetensors");
});

const chatPage = () => site.page("?model=/golden/chat/");

/** @param {Page} page */
async function openModels(page) {
  await page.click("#open-models");
  await page.waitForSelector("#catalogue .model");
  await page.waitForFunction(() => document.getElementById("kept-note")?.textContent);
}

/** @param {Page} page @param {string} name in the list of known models */
function known(page, name) {
  const row = page.locator("#catalogue .model").filter({ has: page.getByRole("heading", { name, exact: true }) });
  return { button: row.getByRole("button"), why: row.locator(".model-why") };
}

/** It answers. @param {Page} page */
async function works(page) {
  await modelIsReady(page);
  await setSetting(page, "maxTokens", "4");
  await send(page, "Hello");
  await answerIsDone(page);
  assert.notEqual(await lastAnswer(page), "");
}

test("known models that are too large for the precision or the device are greyed out, with the reason", async () => {
  await withPage(browser, chatPage(), async (page) => {
    await modelIsReady(page);
    await page.evaluate(() => Object.defineProperty(navigator, "deviceMemory", { value: 8, configurable: true }));
    await openModels(page);
    assert.ok(await known(page, "Mamba 130M").button.isEnabled());
    assert.ok(await known(page, "Mamba 2.8B").button.isEnabled());
    await page.selectOption("#model-precision", "f32");
    await page.waitForFunction(() => document.querySelectorAll("#catalogue .model-why").length > 0);
    const large = known(page, "Mamba 2.8B");
    await large.why.waitFor();
    assert.ok(await large.button.isDisabled());
    assert.match((await large.why.textContent()) ?? "", /^Too large: it needs 10\.4 GiB of memory, and a browser tab can hold 4 GiB\. int8 would fit\.$/);
    await page.keyboard.press("Escape");

    await page.evaluate(() => Object.defineProperty(navigator, "deviceMemory", { value: 2 }));
    await openModels(page);
    await page.selectOption("#model-precision", "int8");
    const middling = known(page, "Mamba 1.4B");
    await middling.why.waitFor();
    assert.match((await middling.why.textContent()) ?? "", /this device has 2 GiB for everything\.$/);
    assert.ok(await known(page, "Mamba 130M").button.isEnabled());
    const described = await known(page, "Mamba 1.4B").button.getAttribute("aria-describedby");
    assert.match((await page.textContent(`#${described}`)) ?? "", /Too large/, "said with the button");
  });
});

test("an iPhone is not offered what would close the page, and is asked about what may", async () => {
  const options = { userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1" };
  await withPage(
    browser,
    chatPage(),
    async (page) => {
      await modelIsReady(page);
      await openModels(page);
      const large = known(page, "Mamba 1.4B");
      assert.ok(await large.button.isDisabled());
      assert.match((await large.why.textContent()) ?? "", /iPhones and iPads close a page that takes more than 1\.4 GiB\.$/);
      assert.doesNotMatch((await page.textContent("#catalogue")) ?? "", /on the GPU/);
      await known(page, "Mamba 790M").button.click();
      await page.waitForSelector("#ask[open]");
      assert.match((await page.textContent("#ask-text")) ?? "", /It needs 938 MiB of memory\. iPhones and iPads close a page that takes about 1\.4 GiB\./);
      await page.click("#ask-no");
      assert.ok(await page.isVisible("#models"), "nothing was loaded");
      assert.ok(await known(page, "Mamba 130M").button.isEnabled());
    },
    options,
  );
});

test("what only the GPU can hold is offered where there is one", async () => {
  await withPage(browser, chatPage(), async (page) => {
    await modelIsReady(page);
    await openModels(page);
    const chats = known(page, "Falcon3-Mamba 7B Instruct");
    assert.ok(await chats.button.isDisabled());
    assert.match((await chats.why.textContent()) ?? "", /a browser tab can hold 4 GiB\. A GPU could hold more, but /);
  });
  const context = await openContext(browser);
  await context.addInitScript(() => {
    if (globalThis.document) Object.defineProperty(navigator, "gpu", { value: { requestAdapter: async () => ({}) } });
  });
  try {
    const page = await context.newPage();
    await page.goto(chatPage());
    await modelIsReady(page);
    await openModels(page);
    assert.ok(await known(page, "Falcon3-Mamba 7B Instruct").button.isEnabled());
    await page.selectOption("#model-backend", "cpu");
    await page.waitForFunction(() => document.querySelectorAll("#catalogue .is-out").length > 0);
    assert.ok(await known(page, "Falcon3-Mamba 7B Instruct").button.isDisabled());
  } finally {
    await context.close();
  }
});

test("the list begins with what is small and quick, then what chats, and says which is which", async () => {
  await withPage(browser, chatPage(), async (page) => {
    await modelIsReady(page);
    await openModels(page);
    assert.deepEqual(await page.locator("#catalogue h4").allTextContents(), ["Small and quick", "Chats well", "The best here", "Others that chat", "Models that continue a text"]);
    const names = await page.locator("#catalogue h5").allTextContents();
    assert.equal(names[0], "Mamba 22M chat");
    assert.equal(new Set(names).size, names.length);
    for (const row of await page.locator("#catalogue .model").all()) {
      assert.equal(await row.getByRole("button").count(), 1);
      assert.match((await row.textContent()) ?? "", /(chats|continues a text).*English.*download.*of memory here/);
    }
    const order = await page.$$eval("#models h3, #models form > label", (titles) => titles.map((title) => title.textContent));
    assert.deepEqual(order, ["Known models", "Kept in this browser", "From this computer", "By name or address", "How the next model runs"]);
  });
});

test("the engine keeps as many bytes of the page's models as the list says", async () => {
  await withPage(browser, `${site.origin}/empty/`, async (page) => {
    for (const [own, precision] of OWN_MODELS.flatMap((own) => [/** @type {const} */ ([own, "int8"]), /** @type {const} */ ([own, "int4"])])) {
      const kept = await page.evaluate(
        async ({ mamba, model, precision }) => {
          const { load } = await import(mamba);
          const engine = await load({ model, precision, backend: "cpu", threads: 1, keep: false });
          await engine.dispose();
          return { memory: engine.info.weightBytes, state: engine.info.stateBytes };
        },
        { mamba: `${site.page()}mamba.js`, model: new URL(own.model, site.page()).href, precision },
      );
      assert.deepEqual(kept, { memory: own.memory[precision], state: own.state }, `${own.name}, ${precision}`);
    }
  });
});

test("the larger model that comes with the page is in the list, answers, and samples as its file says", async () => {
  await withPage(browser, site.page("?backend=cpu"), async (page) => {
    await modelIsReady(page);
    await openModels(page);
    await known(page, LARGER_MODEL.name).button.click();
    await modelIsCalled(page, LARGER_MODEL.name);
    await modelIsReady(page);
    assert.match((await page.textContent("#abilities h3")) ?? "", /^This model can$/);
    const settings = await page.$$eval("#setting-temperature, #setting-topK", (fields) => fields.map((field) => [field.id, /** @type {HTMLInputElement} */ (field).value]));
    assert.deepEqual(Object.fromEntries(settings), { "setting-temperature": "0.2", "setting-topK": "40" });
    await setSetting(page, "temperature", "0");
    await send(page, "What is the capital of France?");
    await answerIsDone(page);
    assert.match(await lastAnswer(page), /Paris/);
  });
});

test("an empty chat offers the larger model and its size, and loads it", async () => {
  await withPage(browser, site.page("?backend=cpu"), async (page) => {
    await modelIsReady(page);
    assert.match(await page.locator("#larger").innerText(), /101 MiB to download, once/);
    await page.getByRole("button", { name: "Load the larger one" }).click();
    await modelIsCalled(page, LARGER_MODEL.name);
    await modelIsReady(page);
    assert.equal(await page.locator("#larger").isVisible(), false);
  });
});

test("a known model is loaded from the hub under the page's own policy, and from this browser the next time", async () => {
  const hub = new Hub();
  const host = hub.add("state-spaces/mamba-130m-hf", small);
  const address = await hub.listen();
  const context = await openContext(browser);
  /** @type {string[]} */
  const wrong = [];
  await context.route("https://huggingface.co/**", async (route) => {
    const url = route.request().url().replace("https://huggingface.co/", address);
    await route.fulfill({ response: await route.fetch({ url }) });
  });
  const page = await context.newPage();
  page.on("console", (message) => /content security policy/i.test(message.text()) && wrong.push(message.text()));
  try {
    await page.goto(chatPage());
    await modelIsReady(page);
    await openModels(page);
    await known(page, "Mamba 130M").button.click();
    await modelIsCalled(page, "state-spaces/mamba-130m-hf");
    assert.match((await page.textContent("#model-facts")) ?? "", /from huggingface\.co/);
    await works(page);
    assert.equal(host.weights().length, 1);

    await page.reload();
    await modelIsReady(page);
    await openModels(page);
    assert.match((await page.textContent("#kept")) ?? "", /state-spaces\/mamba-130m-hf/);
    const { length } = host.asked;
    await page.getByRole("button", { name: "Load state-spaces/mamba-130m-hf" }).click();
    await modelIsCalled(page, "state-spaces/mamba-130m-hf");
    await works(page);
    assert.equal(host.asked.length, length);
    assert.equal(hub.lists, 1);
    assert.deepEqual(wrong, []);

    await openModels(page);
    await page.getByRole("button", { name: "Delete state-spaces/mamba-130m-hf" }).click();
    await page.waitForFunction(() => /was deleted/.test(document.getElementById("kept-note")?.textContent ?? ""));
    assert.match((await page.textContent("#kept-note")) ?? "", /^state-spaces\/mamba-130m-hf was deleted\. No model is kept\. .* about [\d.]+ GiB more\.$/);
    assert.equal(await page.locator("#kept .model").count(), 0);
    assert.equal(await page.evaluate(() => document.activeElement?.id), "kept-title", "the focus is not lost");
    assert.equal(await page.evaluate(async () => {
      const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("mamba-web-models");
      let count = 0;
      for await (const _ of /** @type {any} */ (root).keys()) count += 1;
      return count;
    }), 0);
  } finally {
    await context.close();
    await hub.close();
  }
});

test("a download is cancelled, resumed, and does not begin anew", async () => {
  const files = await readFolder(path.resolve(root, process.env.MAMBA_WEB_SITE ?? "dist", "models/default"));
  const host = new ModelHost(files, { stallAfter: ({ from }) => (from === 0 ? 12_000_000 : null) });
  site.hosts.set("stalling", host);
  await withPage(browser, site.page("?model=/hosted/stalling/"), async (page) => {
    // What counts is that it stands still, at the place where the host stalls.
    const loaded = async () => ((await page.textContent("#loading-numbers")) ?? "").split(" of ")[0];
    for (let before = ""; !/^[12]\d\.\d MiB$/.test(before) || before !== (await loaded()); ) {
      before = await loaded();
      await page.waitForTimeout(700);
    }
    assert.match((await page.textContent("#loading-what")) ?? "", /^Downloading the model: stalling$/);
    await page.click("#cancel-loading");
    const card = page.locator(".problem");
    assert.equal(await card.locator("h3").textContent(), "Loading was cancelled");
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Resume");
    await openModels(page);
    assert.match((await page.textContent("#kept")) ?? "", /stalling\s*incomplete/);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Resume", exact: true }).press("Enter");
    await modelIsReady(page);
    assert.equal(host.weights().length, 2);
    assert.ok(host.weights()[1].from > 10_000_000);
    assert.ok(await page.isHidden("#not-kept"));
  });
});

test("the page says that it waits for the network, and what became of it", async () => {
  const host = new ModelHost(small, { statuses: [503, 503] });
  site.hosts.set("tired", host);
  await withPage(browser, site.page("?model=/hosted/tired/"), async (page) => {
    await page.waitForFunction(() => /^Interrupted; trying again/.test(document.getElementById("loading-what")?.textContent ?? ""));
    await modelIsReady(page);
  });
  site.hosts.set("down", new ModelHost(small, { statuses: Array(99).fill(500) }));
  await withPage(browser, site.page("?model=/hosted/down/"), async (page) => {
    await page.waitForSelector(".problem");
    assert.match((await page.textContent(".problem-message")) ?? "", /could not send model\.safetensors \(status 500\)/);
  });
});

test("a folder, or files, dropped on the page are a model", async () => {
  // The same model by another name, so that the folder's shows that it has come.
  await withPage(browser, site.page("?model=/made/waiting/"), async (page) => {
    await modelIsReady(page);
    const devtools = await page.context().newCDPSession(page);
    /** @param {string[]} files */
    const drop = async (files) => {
      const data = { items: [], files, dragOperationsMask: 1 };
      for (const type of /** @type {const} */ (["dragEnter", "dragOver", "drop"])) {
        await devtools.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
        if (type === "dragOver") assert.ok(await page.isVisible("#drop-here"));
      }
      assert.ok(await page.isHidden("#drop-here"));
    };
    await drop([chatFolder]);
    await modelIsCalled(page, "chat");
    assert.match((await page.textContent("#model-facts")) ?? "", /from this computer/);
    await works(page);
    await drop(["config.json", "tokenizer.json", "model.safetensors"].map((name) => path.join(chatFolder, name)));
    await modelIsCalled(page, "Model from this computer");
  });
});

test("the place to drop files is above an open dialog", async () => {
  await withPage(browser, chatPage(), async (page) => {
    await modelIsReady(page);
    await openModels(page);
    // The protocol has no word for files that are taken away again; this is the event that they cause.
    const leave = async () => {
      await page.evaluate(() => document.dispatchEvent(new DragEvent("dragleave")));
      assert.ok(await page.isHidden("#drop-here"));
    };
    const devtools = await page.context().newCDPSession(page);
    const files = ["config.json", "tokenizer.json", "model.safetensors"].map((name) => path.join(chatFolder, name));
    /** @param {"dragEnter" | "dragOver" | "drop"} type */
    const drag = (type) =>
      devtools.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data: { items: [], files, dragOperationsMask: 1 } });
    await drag("dragEnter");
    await drag("dragOver");
    // Elements outside of the dialog are inert, so no point finds them: only what is painted tells, here above the words.
    const middle = () => page.screenshot({ clip: { x: 400, y: 100, width: 480, height: 200 } });
    await page.evaluate(() => {
      /** @type {HTMLElement} */ (document.getElementById("drop-here")).style.background = "red";
    });
    const above = await middle();
    await leave();
    assert.ok(await page.isVisible("#models"));
    assert.ok(!(await middle()).equals(above));
    await page.keyboard.press("Escape");
    await drag("dragEnter");
    await drag("dragOver");
    assert.ok((await middle()).equals(above), "the dialog is not seen through it");
    await leave();
    await openModels(page);
    await drag("dragEnter");
    await drag("dragOver");
    await drag("drop");
    await modelIsCalled(page, "Model from this computer");
    assert.ok(await page.isHidden("#models"));
  });
});

test("where nothing can be kept the page says so, and works", async () => {
  const insecure = (/** @type {string} */ query) => site.page(query).replace("127.0.0.1", "insecure.test");
  site.hosts.set("plain", new ModelHost(small));
  await withPage(browser, insecure("?model=/hosted/plain/"), async (page) => {
    await works(page);
    assert.match((await page.textContent("#not-kept")) ?? "", /keeps no models\. .*only over https.* downloaded anew each time\.$/);
    await openModels(page);
    assert.match((await page.textContent("#kept-note")) ?? "", /keeps no models/);
    assert.ok(await page.isHidden("#persist"));
  });
});

test("asking the browser to keep models for good is answered", async () => {
  const host = new ModelHost(small);
  site.hosts.set("kept", host);
  await withPage(browser, site.page("?model=/hosted/kept/"), async (page) => {
    await modelIsReady(page);
    await openModels(page);
    assert.match((await page.textContent("#kept-note")) ?? "", /^1 model, .* may delete them when the disk is nearly full\.$/);
    for (const [isGranted, said] of /** @type {const} */ ([
      [false, /The browser did not agree/],
      [true, /They stay until you delete them\.$/],
    ])) {
      await page.evaluate((isGranted) => {
        navigator.storage.persist = async () => isGranted;
        navigator.storage.persisted = async () => isGranted;
      }, isGranted);
      await page.click("#persist");
      await page.waitForFunction(([source]) => new RegExp(source).test(document.getElementById("kept-note")?.textContent ?? ""), [said.source]);
    }
    assert.ok(await page.isHidden("#persist"));
  });
});

test("the dialog fits a phone", async () => {
  await withPage(
    browser,
    chatPage(),
    async (page) => {
      await modelIsReady(page);
      await openModels(page);
      const cut = await page.evaluate(() => {
        const dialog = /** @type {HTMLElement} */ (document.getElementById("models"));
        const { right } = dialog.getBoundingClientRect();
        return [...dialog.querySelectorAll("*:not(option)")]
          .filter((element) => element.getBoundingClientRect().right > right + 0.5)
          .map((element) => element.outerHTML.slice(0, 80));
      });
      assert.deepEqual(cut, []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    },
    { viewport: { width: 320, height: 568 } },
  );
});
