// The site on hosts of all kinds, and what the page says where it cannot start. No test leaves it at “Starting”.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { answerIsDone, lastAnswer, launchChromium, modelIsReady, openContext, send, setSetting } from "./support/chromium.mjs";
import { lookUp } from "./support/find-browser.mjs";
import { freePort } from "./support/free-port.mjs";
import { ISOLATING, StaticHost, buildOf, builtSite, republished } from "./support/static-host.mjs";

/** @typedef {import("playwright-core").Page} Page */

const browser = await launchChromium();
after(() => browser.close());
const build = `build/${await buildOf(builtSite)}`;

/** @param {(page: Page) => Promise<void>} use @param {import("playwright-core").BrowserContextOptions} [options] */
async function withTab(use, options = {}) {
  const context = await openContext(browser, options);
  try {
    await use(await context.newPage());
  } finally {
    await context.close();
  }
}

/**
 * @param {Partial<import("./support/static-host.mjs").Manners>} manners
 * @param {(page: Page, host: StaticHost) => Promise<void>} use
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
async function withHost(manners, use, options) {
  const host = await StaticHost.start(manners);
  try {
    await withTab((page) => use(page, host), options);
  } finally {
    await host.stop();
  }
}

/** @param {Page} page */
async function chats(page) {
  await modelIsReady(page);
  await setSetting(page, "maxTokens", "8");
  await send(page, "Hello");
  await answerIsDone(page);
  assert.notEqual(await lastAnswer(page), "");
  assert.ok(await page.locator("#not-started").isHidden());
}

/** What the page says instead of starting. @param {Page} page @param {RegExp} sentence */
async function says(page, sentence) {
  await page.locator("#not-started").waitFor();
  await page.waitForFunction(() => document.documentElement.dataset.app !== "starting");
  assert.match((await page.textContent("#not-started")) ?? "", sentence);
}

test("no headers, no types but what an ending gives, an unknown ending's type for the wasm", async () => {
  for (const type of ["application/octet-stream", undefined]) {
    await withHost({ types: { ".wasm": type } }, async (page, host) => {
      await page.goto(host.page());
      await chats(page);
    });
  }
});

test("headers on the page only: the file that lacks one is named, and the next try has it", async () => {
  const headers = (/** @type {string} */ file) => (file.endsWith(".html") ? ISOLATING : {});
  await withHost({ headers }, async (page, host) => {
    await page.goto(host.page());
    await page.locator("#problem .problem").waitFor();
    assert.match((await page.textContent("#problem")) ?? "", /the page has the header Cross-Origin-Embedder-Policy and (pool-)?worker\.js has not/);
    await page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator("#problem").waitFor({ state: "hidden" });
    await chats(page);
    assert.equal(await page.evaluate(() => crossOriginIsolated), true);
  });
});

test("a program that is missing is named", async () => {
  for (const file of ["app.js", "boot.js"]) {
    await withHost({ gone: new Set([`${build}/${file}`]) }, async (page, host) => {
      await page.goto(host.page());
      if (file === "boot.js") await page.waitForFunction(() => document.documentElement.dataset.app === "started");
      else await says(page, /The server has no app\.js \(status 404\)/);
    });
  }
});

test("a site of which only the page is there says that a part of it is missing", async () => {
  const host = await StaticHost.start();
  const whole = host.manners.gone;
  whole.has = (file) => file.startsWith("build/");
  try {
    await withTab(async (page) => {
      await page.goto(host.page());
      assert.match((await page.textContent("#not-started:visible")) ?? "", /A part of it is missing/);
    });
  } finally {
    await host.stop();
  }
});

test("a program of the wrong type is named, with its type", async () => {
  const headers = () => ({ "X-Content-Type-Options": "nosniff" });
  await withHost({ headers, types: { ".js": "text/plain" } }, async (page, host) => {
    await page.goto(host.page());
    // boot.js is of the wrong type as well, so the page's own words stay.
    assert.match((await page.textContent("#not-started:visible")) ?? "", /A part of it is missing/);
  });
  await withHost({ headers }, async (page, host) => {
    await page.route("**/app.js", (route) => route.fulfill({ body: "1", contentType: "text/plain" }));
    await page.goto(host.page());
    await says(page, /The server sends app\.js as “text\/plain”/);
  });
});

test("a host that answers everything with its front page", async () => {
  await withHost({ hasOneFrontPage: true }, async (page, host) => {
    await page.goto(host.page());
    await chats(page);
    await page.goto(`${host.page()}a/b/c`);
    assert.match((await page.textContent("#not-started:visible")) ?? "", /open the address of the site itself/);
    host.manners.gone.add(`${build}/app.js`);
    await withTab(async (other) => {
      await other.goto(host.page());
      await says(other, /The server sends a web page instead of app\.js/);
    });
  });
});

test("opened as a file, the page says that it has to be served", async () => {
  await withTab(async (page) => {
    await page.goto(`file://${builtSite}/index.html`);
    assert.match((await page.textContent("#not-started:visible")) ?? "", /opened as a file/);
  });
});

test("an error while starting is told, with a way to forget what may be its cause", async () => {
  await withHost({}, async (page, host) => {
    await page.route("**/app.js", async (route) => {
      const text = await readFile(path.join(builtSite, build, "app.js"), "utf8");
      const broken = `if (localStorage.getItem("mamba-web.settings")) throw new Error("${"x".repeat(300)}");`;
      await route.fulfill({ body: broken + text, contentType: "text/javascript" });
    });
    await page.addInitScript(() => {
      if (!sessionStorage.getItem("once")) localStorage.setItem("mamba-web.settings", "{}");
      sessionStorage.setItem("once", "yes");
    });
    await page.goto(host.page());
    await says(page, /stopped while it was starting: .*x{100,200} …/);
    await page.getByRole("button", { name: /Forget my settings/ }).click();
    await chats(page);
  });
});

test("damaged settings are left aside", async () => {
  for (const stored of ['{"temperature":{"toString":1}}', '{"temperature":[0.5],"topK":{}}', "[", "null", '"x"']) {
    await withHost({}, async (page, host) => {
      await page.addInitScript((value) => localStorage.setItem("mamba-web.settings", value), stored);
      await page.goto(host.page());
      await page.waitForFunction(() => document.documentElement.dataset.app === "started");
      assert.equal(await page.inputValue("#setting-temperature"), "0.7");
    });
  }
});

test("a browser without module scripts, and one without SIMD, are told", async () => {
  await withHost({}, async (page, host) => {
    await page.addInitScript(() => delete (/** @type {any} */ (HTMLScriptElement.prototype).noModule));
    await page.route("**/app.js", (route) => route.abort());
    await page.goto(host.page());
    await says(page, /too old/);
  });
  await withHost({}, async (page, host) => {
    await page.addInitScript(() => (WebAssembly.validate = () => false));
    await page.goto(host.page());
    await page.locator("#problem .problem").waitFor();
    assert.match((await page.textContent("#problem")) ?? "", /WebAssembly with SIMD/);
  });
});

test("a site that is published anew is never mixed with what a browser has of the old one", async () => {
  const next = await republished("Second build");
  try {
    // Without service workers, it is the browser's own cache that has old files, and takes them unasked.
    await withHost(
      {},
      async (page, host) => {
        await page.goto(host.page());
        await chats(page);
        host.folder = next.folder;
        host.asked = [];
        await page.reload();
        await chats(page);
        assert.equal(await page.title(), "Second build");
        const loaded = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
        assert.deepEqual(loaded.filter((name) => name.includes(build)), []);
        assert.ok(host.asked.some((file) => file === `build/${next.build}/app.js`));
      },
      { serviceWorkers: "block" },
    );
  } finally {
    await next.remove();
  }
});

test("the page in another site's frame is refused where headers are sent", async () => {
  const { SECURITY } = await import("../../www/offline/headers.js");
  await withHost({ headers: () => SECURITY }, async (page, host) => {
    await page.goto(host.page());
    await chats(page);
    const other = await StaticHost.start();
    try {
      await page.goto(other.page("icons/mamba.svg"));
      const isFramed = await page.evaluate(async (address) => {
        const frame = document.createElementNS("http://www.w3.org/1999/xhtml", "iframe");
        frame.setAttribute("src", address);
        document.documentElement.append(frame);
        await new Promise((resolve) => setTimeout(resolve, 1000));
        return true;
      }, host.page());
      assert.ok(isFramed);
      const frame = page.frames().find((frame) => frame !== page.mainFrame());
      assert.equal(await frame?.locator("#welcome").count(), 0);
    } finally {
      await other.stop();
    }
  });
});

test("a model's host is not told which page uses it", async () => {
  /** @type {(string | undefined)[]} */
  const referrers = [];
  const models = createHttpServer((request, response) => {
    referrers.push(request.headers.referer);
    response.writeHead(404, { "Access-Control-Allow-Origin": "*" }).end();
  }).listen(0, "127.0.0.1");
  await once(models, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (models.address());
  try {
    await withHost({}, async (page, host) => {
      await page.goto(host.page("nothing")); // a page without a policy of its own
      const code = await page.evaluate(
        async ({ module, model }) => (await import(module)).load({ model }).catch((/** @type {any} */ error) => error.code),
        { module: host.page("mamba.js"), model: `http://127.0.0.1:${port}/model/` },
      );
      assert.equal(code, "not-found");
    });
    assert.ok(referrers.length > 0);
    assert.deepEqual(referrers.filter(Boolean), []);
  } finally {
    models.close();
  }
});

/**
 * A server of someone else's, as long as `use` runs.
 *
 * @param {string} program @param {string[]} options @param {string} address
 * @param {(page: Page) => Promise<void>} use
 */
async function withServer(program, options, address, use) {
  const server = spawn(program, options, { stdio: "ignore" });
  try {
    for (let tries = 0; !(await fetch(address).then((found) => found.ok, () => false)); tries++) {
      if (tries === 100) throw new Error(`${program} does not answer at ${address}.`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await withTab(async (page) => {
      await page.goto(address);
      await use(page);
    });
  } finally {
    server.kill();
    await once(server, "exit");
  }
}

test("Python's http.server", async () => {
  const port = await freePort();
  const options = ["-m", "http.server", "--bind", "127.0.0.1", "--directory", path.dirname(builtSite), String(port)];
  await withServer("python3", options, `http://127.0.0.1:${port}/${path.basename(builtSite)}/`, chats);
});

const nginx = lookUp(["nginx"]) ?? (await readFile("/usr/sbin/nginx").then(() => "/usr/sbin/nginx", () => undefined));

test("nginx with the recipe of docs/hosting.md", { skip: nginx ? false : "no nginx" }, async () => {
  if (!nginx) return;
  const port = await freePort();
  const folder = await mkdtemp(path.join(tmpdir(), "mamba-web-nginx-"));
  try {
    const recipe = await readFile(fileURLToPath(new URL("../../deploy/nginx.conf", import.meta.url)), "utf8");
    const site = recipe.replace(/listen [^;]+;/g, `listen 127.0.0.1:${port};`).replace(/root [^;]+;/, `root ${builtSite};`);
    const config = `pid ${folder}/pid; error_log ${folder}/errors; daemon off; events {}
      http { include /etc/nginx/mime.types; default_type application/octet-stream; access_log off;
        client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
        ${site} }`;
    await writeFile(path.join(folder, "nginx.conf"), config);
    await withServer(nginx, ["-c", path.join(folder, "nginx.conf"), "-e", path.join(folder, "errors")], `http://127.0.0.1:${port}/`, async (page) => {
      assert.equal(await page.evaluate(() => crossOriginIsolated), true, "threads at the first visit");
      await chats(page);
      const headers = await page.evaluate(async (address) => Object.fromEntries((await fetch(address)).headers), `${build}/worker.js`);
      const { ISOLATION, SECURITY } = await import("../../www/offline/headers.js");
      for (const [name, value] of Object.entries({ ...SECURITY, ...ISOLATION })) assert.equal(headers[name], value, name);
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
