// Downloads from hosts that misbehave: the model is the right one or the failure is told, no
// broken file is ever used, and what has arrived is not sent twice.

import assert from "node:assert/strict";
import path from "node:path";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ModelHost, readFolder, retrained } from "./support/host.mjs";
import { damage, keptModels, load } from "./support/load.mjs";
import { openSite } from "./support/site.mjs";

/** @typedef {import("playwright-core").Page} Page */

const { site, browser } = await openSite();

/** The page's own model: 24 MB, and so in many pieces. @type {Map<string, Buffer>} */
let files;
let size = 0;
/** Where pieces do not matter. @type {Map<string, Buffer>} */
let small;
/** Hashes of the model and of the retrained one, and of the small one. @type {string[]} */
let hashes;
before(async () => {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  files = await readFolder(path.resolve(root, process.env.MAMBA_WEB_SITE ?? "dist", "models/default"));
  size = files.get("model.safetensors")?.length ?? 0;
  small = await readFolder(path.join(root, "tests/golden/chat"));
  small.delete("expected.safetensors");
  hashes = [];
  for (const model of [files, retrained(files), small]) {
    await withHost({}, async ({ address }, page) => {
      hashes.push((await load(page, module(), address, { keep: false })).hash ?? "");
    }, model);
  }
  assert.equal(new Set(hashes).size, 3);
});

const module = () => `${site.page()}mamba.js`;
let hostCount = 0;

/**
 * A host at the site's own origin and an empty page of a fresh browser.
 *
 * @param {Partial<import("./support/host.mjs").Manners>} manners
 * @param {(host: ModelHost & { address: string }, page: Page) => Promise<void>} use
 */
async function withHost(manners, use, model = files) {
  const name = `host${hostCount++}`;
  const host = new ModelHost(model, manners);
  site.hosts.set(name, host);
  await withEmptyPage((page) => use(Object.assign(host, { address: `${site.origin}/hosted/${name}/` }), page));
}

/**
 * The same at an origin of its own.
 *
 * @param {Partial<import("./support/host.mjs").Manners>} manners
 * @param {(host: ModelHost & { address: string }, page: Page) => Promise<void>} use
 */
async function withForeignHost(manners, use, model = files) {
  const host = new ModelHost(model, manners);
  const address = await host.listen();
  try {
    await withEmptyPage((page) => use(Object.assign(host, { address }), page));
  } finally {
    await host.close();
  }
}

/** @param {(page: Page) => Promise<void>} use */
async function withEmptyPage(use) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`${site.origin}/empty/`);
    await use(page);
  } finally {
    await context.close();
  }
}

/** A random number generator whose numbers a failure can be repeated with. @param {number} seed */
function random(seed) {
  return () => ((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32);
}

const PIECE = 2 ** 20;
/** What the network may hold of a connection that breaks: those bytes were sent and never seen. */
const IN_FLIGHT = 2 ** 20;

test("a connection that breaks at random places goes on where it broke", async () => {
  for (const withHost_ of [withHost, withForeignHost]) {
    const next = random(7);
    let breaks = 0;
    const breakAfter = () => (breaks++ < 12 ? Math.floor(next() * 2 * PIECE) : null);
    await withHost_({ breakAfter }, async (host, page) => {
      assert.equal((await load(page, module(), host.address)).hash, hashes[0]);
      assert.ok(breaks > 12);
      const gets = host.weights();
      for (const { status, from } of gets.slice(3)) assert.ok(status === 206 && from > 0, `${status} from ${from}`);
      // The same bytes never twice, but for those that were in flight.
      assert.ok(host.sent < size + 12 * IN_FLIGHT, `${host.sent} of ${size} bytes were sent`);
      for (let i = 1; i < gets.length; i++) assert.ok(gets[i].from <= gets[i - 1].from + gets[i - 1].sent);
      assert.equal(host.weights("OPTIONS").length, 0, "no preflight");
    });
  }
});

test("a download that was interrupted by a reload goes on where it was", async () => {
  await withHost({ stallAfter: ({ from }) => (from === 0 ? size >> 1 : null) }, async (host, page) => {
    void load(page, module(), host.address).catch(() => {});
    while (((await keptModels(page, module()))[0]?.bytes ?? 0) < (size >> 1) - PIECE) await new Promise((done) => setTimeout(done, 20));
    await page.reload();
    const { hash, phases } = await load(page, module(), host.address);
    assert.equal(hash, hashes[0]);
    assert.ok(phases.includes("read") && phases.includes("download"), phases.join());
    const [, second] = host.weights();
    assert.equal(second.status, 206);
    assert.ok(second.ifRange);
    assert.ok(second.from > (size >> 1) - 2 * PIECE, `the second request began at ${second.from}`);
  });
});

test("a download that was cancelled goes on where it was", async () => {
  await withForeignHost({}, async (host, page) => {
    assert.equal((await load(page, module(), host.address, { abortAt: 0.4 })).code, "cancelled");
    assert.equal((await load(page, module(), host.address)).hash, hashes[0]);
    const [first, second] = host.weights();
    assert.equal(first.from, 0);
    assert.equal(second.status, 206);
    assert.ok(second.from > 0.3 * size, `the second request began at ${second.from}`);
  });
});

test("the second visit loads another site's model without any request, and without a network", async () => {
  await withForeignHost({}, async (host, page) => {
    const first = await load(page, module(), host.address);
    assert.deepEqual(first.storage, { isKept: true, problem: null });
    const requests = host.asked.length;
    await page.reload();
    const second = await load(page, module(), host.address);
    assert.equal(second.hash, hashes[0]);
    assert.ok(!second.phases.includes("download"), second.phases.join());
    assert.equal(host.asked.length, requests);
    host.files.clear();
    assert.equal((await load(page, module(), host.address)).hash, hashes[0]);
  });
});

test("the second visit to this site's own model asks whether it has changed, and no more", async () => {
  await withHost({}, async (host, page) => {
    await load(page, module(), host.address);
    const { sent } = host;
    assert.equal((await load(page, module(), host.address)).hash, hashes[0]);
    assert.equal(host.sent, sent);
    assert.equal(host.weights().length, 1);
    assert.equal(host.weights("HEAD").length, 1);

    // Published anew: the new model, at once.
    host.files = retrained(files);
    host.modified = new Date("2026-02-01T00:00:00Z");
    assert.equal((await load(page, module(), host.address)).hash, hashes[1]);
    assert.equal((await load(page, module(), host.address)).hash, hashes[1]);
    assert.equal(host.weights().length, 2);

    // The server is down: the copy does.
    host.manners.statuses = Array(50).fill(503);
    assert.equal((await load(page, module(), host.address)).hash, hashes[1]);
  });
});

test("the copy is read while the server is asked, and does not count when the answer is that it is old", async () => {
  await withHost({}, async (host, page) => {
    await load(page, module(), host.address);
    host.files = retrained(files);
    host.modified = new Date("2026-02-01T00:00:00Z");
    await page.exposeFunction("letAnswer", () => letAnswer());
    let letAnswer = () => {};
    for (const visit of ["second", "third"]) {
      host.manners.heads = new Promise((resolve) => (letAnswer = () => resolve()));
      const got = await page.evaluate(
        async ({ module, model }) => {
          const { load } = await import(module);
          const onProgress = (/** @type {any} */ { phase }) => {
            if (phase === "read") /** @type {any} */ (globalThis).letAnswer();
          };
          const engine = await load({ model, onProgress });
          await engine.dispose();
          return engine.info.modelHash;
        },
        { module: module(), model: host.address },
      );
      assert.equal(got, hashes[1], `the ${visit} visit`);
    }
    assert.equal(host.weights().length, 2, "the new one is fetched once");
  });
});

test("a host whose files have no version is asked for them anew; without a network the copy does", async () => {
  await withHost({ etag: false, lastModified: false }, async (host, page) => {
    await load(page, module(), host.address);
    host.files = retrained(files);
    assert.equal((await load(page, module(), host.address)).hash, hashes[1], "never a stale model");
    assert.equal(host.weights().length, 2);
    host.manners.isDown = true;
    assert.equal((await load(page, module(), host.address)).hash, hashes[1]);
  });
});

test("a file that changes in the middle of its download is loaded anew", async () => {
  for (const withHost_ of [withHost, withForeignHost]) {
    for (const expose of [[], ["ETag", "Content-Range"]]) {
      const manners = { expose, breakAfter: (/** @type {any} */ { from }) => (from === 0 && !isChanged ? size >> 1 : null) };
      let isChanged = false;
      await withHost_(manners, async (host, page) => {
        const { answer } = host;
        host.answer = (request, response, file) => {
          answer.call(host, request, response, file);
          if (file !== "model.safetensors") return;
          isChanged = true;
          host.files = retrained(files);
          host.modified = new Date("2026-02-01T00:00:00Z");
        };
        assert.equal((await load(page, module(), host.address)).hash, hashes[1]);
      });
    }
  }
});

test("a file that changes again and again is told as that", async () => {
  await withHost({ breakAfter: () => 100_000 }, async (host, page) => {
    const { answer } = host;
    let version = 0;
    host.answer = (request, response, file) => {
      const changed = Buffer.from(/** @type {Buffer} */ (small.get("model.safetensors")));
      changed[changed.length - 2] = version++;
      host.files.set("model.safetensors", changed);
      answer.call(host, request, response, file);
    };
    const told = await load(page, module(), host.address);
    assert.equal(told.code, "integrity");
    assert.match(told.message ?? "", /model\.safetensors was changed on the server/);
  }, small);
});

test("a host that ignores Range sends the bytes again, and they fit", async () => {
  let breaks = 0;
  await withHost({ ranges: false, breakAfter: () => (breaks++ < 2 ? 9_000_000 * breaks : null) }, async (host, page) => {
    assert.equal((await load(page, module(), host.address)).hash, hashes[0]);
    assert.deepEqual(host.weights().map(({ status }) => status), [200, 200, 200]);
  });
});

test("a host without versions is asked from the start after a break", async () => {
  let breaks = 0;
  const breakAfter = () => (breaks++ < 2 ? 3_000_000 : null);
  await withHost({ etag: false, lastModified: false, breakAfter }, async (host, page) => {
    assert.equal((await load(page, module(), host.address)).hash, hashes[0]);
    assert.ok(host.weights().every(({ from }) => from === 0));
  });
});

test("errors that pass are waited for; those that stay are told", async () => {
  await withHost({ statuses: [500, 503, 429, 502] }, async (host, page) => {
    const { hash, phases } = await load(page, module(), host.address);
    assert.equal(hash, hashes[2]);
    assert.ok(phases.includes("wait"));
    assert.equal(host.weights().length, 5);
  }, small);
  await withHost({ statuses: Array(99).fill(500) }, async (host, page) => {
    const told = await load(page, module(), host.address);
    assert.equal(told.code, "network");
    assert.match(told.message ?? "", /could not send model\.safetensors \(status 500\)/);
    assert.equal(host.weights().length, 5);
  }, small);
  await withHost({ statuses: [403] }, async (host, page) => {
    assert.match((await load(page, module(), host.address)).message ?? "", /without permission/);
    assert.equal(host.weights().length, 1, "no use in asking again");
  }, small);
});

test("a connection in which nothing moves any more is given up and made anew", async () => {
  let stalls = 0;
  await withHost({ stallAfter: () => (stalls++ === 0 ? 5_000_000 : null) }, async (host, page) => {
    assert.equal((await load(page, module(), host.address, { patience: { stallMs: 1500 } })).hash, hashes[0]);
    assert.equal(host.weights().length, 2);
    assert.ok(host.weights()[1].from > 3_000_000);
  });
});

test("compressed bodies are unpacked, kept and counted right, also when they break", async () => {
  for (const withHost_ of [withHost, withForeignHost]) {
    let breaks = 0;
    await withHost_({ gzip: true, breakAfter: () => (breaks++ < 2 ? 6_000_000 : null) }, async (host, page) => {
      assert.equal((await load(page, module(), host.address)).hash, hashes[0]);
      assert.equal((await load(page, module(), host.address)).hash, hashes[0]);
      assert.ok(host.weights().length >= 3);
    });
  }
});

test("a file that is shorter or longer than was said is never used", async () => {
  const wrong = { lie: [5000, -5000], cut: [200_000, 5, 0] };
  for (const manners of [...wrong.lie.map((lie) => ({ lie })), ...wrong.cut.map((cut) => ({ cut }))]) {
    for (const withHost_ of "lie" in manners ? [withHost, withForeignHost] : [withForeignHost]) {
      await withHost_(manners, async (host, page) => {
        const told = await load(page, module(), host.address);
        // All bytes may have come although more were promised; then the model is the right one.
        if (told.hash) assert.equal(told.hash, hashes[2]);
        else {
          assert.match(String(told.code), /^(integrity|bad-checkpoint|network)$/, JSON.stringify(manners));
          assert.match(told.message ?? "", /model\.safetensors/);
        }
        if (!("lie" in manners) || manners.lie < 0) assert.equal(told.hash, undefined, JSON.stringify(manners));
        // The host has come to its senses.
        Object.assign(host.manners, { lie: 0, cut: null });
        const { hash, storage } = await load(page, module(), host.address);
        assert.equal(hash, hashes[2]);
        assert.equal(storage.isKept, true);
        assert.equal((await load(page, module(), host.address)).hash, hashes[2]);
      }, small);
    }
  }
});

test("a host that lets no other site read its files is told as that", async () => {
  await withForeignHost({ cors: false }, async (host, page) => {
    const told = await load(page, module(), host.address);
    assert.equal(told.code, "network");
    assert.match(told.message ?? "", /does not let other sites read the file/);
  });
});

test("a broken copy repairs itself from where it breaks", async () => {
  for (const withHost_ of [withHost, withForeignHost]) {
    await withHost_({}, async (host, page) => {
      await load(page, module(), host.address);
      await damage(page, "model.safetensors.whole", 20_000_000);
      assert.equal((await load(page, module(), host.address)).hash, hashes[0]);
      assert.equal(host.weights().length, 2);
      assert.equal(host.weights()[1].from, Math.floor(20_000_000 / PIECE) * PIECE);
      assert.equal((await load(page, module(), host.address)).hash, hashes[0]);
      assert.equal(host.weights().length, 2, "it was repaired for good");
    });
  }
});

test("whatever else of a copy is damaged, the right model is loaded", async () => {
  await withForeignHost({}, async (host, page) => {
    /** @type {[ending: string, at?: number][]} */
    const damages = [
      ["model.safetensors.pieces", 40],
      ["model.safetensors.pieces"],
      ["model.safetensors.whole"],
      ["tokenizer.json.whole", 100_000],
      ["config.json.whole", 3],
      ["config.json.pieces"],
      ["model.json", 0],
      ["model.json"],
    ];
    for (const [ending, at] of damages) {
      await load(page, module(), host.address);
      await damage(page, ending, at);
      assert.equal((await load(page, module(), host.address)).hash, hashes[0], ending);
      const requests = host.asked.length;
      assert.equal((await load(page, module(), host.address)).hash, hashes[0], ending);
      assert.equal(host.asked.length, requests, `${ending}: it was repaired for good`);
    }
  });
});

test("two tabs load the same model at the same time", async () => {
  await withForeignHost({}, async (host, page) => {
    const other = await page.context().newPage();
    await other.goto(`${site.origin}/empty/`);
    const [one, two] = await Promise.all([load(page, module(), host.address), load(other, module(), host.address)]);
    assert.equal(one.hash, hashes[0]);
    assert.equal(two.hash, hashes[0]);
    assert.ok(one.storage.isKept || two.storage.isKept);
    const { sent } = host;
    const again = await Promise.all([load(page, module(), host.address), load(other, module(), host.address)]);
    assert.deepEqual(again.map(({ hash }) => hash), [hashes[0], hashes[0]]);
    assert.equal(host.sent, sent);
  });
});

test("four tabs that load a model at once fetch it once", async () => {
  await withForeignHost({}, async (host, page) => {
    const pages = [page];
    for (let i = 0; i < 3; i++) {
      const other = await page.context().newPage();
      await other.goto(`${site.origin}/empty/`);
      pages.push(other);
    }
    const got = await Promise.all(pages.map((one) => load(one, module(), host.address)));
    for (const { hash, storage, message } of got) {
      assert.equal(hash, hashes[0], message);
      assert.equal(storage.isKept, true);
    }
    assert.equal(host.weights().length, 1);
  });
});

test("a host with one front page for every address is asked once for a model that is kept", async () => {
  await withHost({}, async (host, page) => {
    const { answer } = host;
    host.answer = (request, response, file) => {
      if (host.files.has(file)) return answer.call(host, request, response, file);
      response.writeHead(200, { "Content-Type": "text/html" });
      response.end("<!doctype html><title>Home</title>");
    };
    await load(page, module(), host.address);
    const { hash, phases } = await load(page, module(), host.address);
    assert.equal(hash, hashes[2]);
    assert.ok(!phases.includes("download"), phases.join());
    assert.equal(phases.filter((phase) => phase === "connect").length, 1);
    assert.equal(host.weights("HEAD").length, 1);
    assert.equal(host.weights().length, 1);
  }, small);
});

test("a model that was kept before a small file was looked for works without a network", async () => {
  await withForeignHost({}, async (host, page) => {
    await load(page, module(), host.address);
    await page.evaluate(async () => {
      const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("mamba-web-models");
      /** @type {any} */
      let folder;
      for await (folder of /** @type {any} */ (root).values());
      const file = await folder.getFileHandle("model.json");
      const manifest = JSON.parse(await (await file.getFile()).text());
      for (const name of ["special_tokens_map.json", "added_tokens.json"]) {
        if (manifest.files[name]?.state !== "missing") throw new Error(`${name} was not looked for`);
        delete manifest.files[name];
      }
      const writable = await file.createWritable();
      await writable.write(JSON.stringify(manifest));
      await writable.close();
    });
    host.manners.isDown = true;
    assert.equal((await load(page, module(), host.address)).hash, hashes[2]);
  }, small);
});

test("a window without storage, and one whose storage is full, load the model and say that it is not kept", async () => {
  await withForeignHost({}, async (host, page) => {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Storage.overrideQuotaForOrigin", { origin: site.origin, quotaSize: 8_000_000 });
    const full = await load(page, module(), host.address);
    assert.equal(full.hash, hashes[0]);
    assert.equal(full.storage.isKept, false);
    assert.match(full.storage.problem.message, /not enough room/);
  });
  await withForeignHost({}, async (host, page) => {
    const { hash, storage } = await load(page, module(), host.address, { keep: false });
    assert.equal(hash, hashes[0]);
    assert.deepEqual(storage, { isKept: false, problem: null });
    assert.deepEqual(await keptModels(page, module()), []);
  });
});

test("kept models are listed with their sizes, and deleted", async () => {
  await withForeignHost({}, async (host, page) => {
    await load(page, module(), host.address);
    const [model, ...others] = await keptModels(page, module());
    assert.deepEqual(others, []);
    assert.equal(model.address, host.address);
    assert.equal(model.isComplete, true);
    assert.ok(model.bytes > size && model.bytes < size * 1.05, String(model.bytes));
    await page.evaluate(async ([module, id]) => (await import(module)).deleteKeptModel(id), [module(), model.id]);
    assert.deepEqual(await keptModels(page, module()), []);
    const { sent } = host;
    assert.equal((await load(page, module(), host.address)).hash, hashes[0]);
    assert.equal(host.sent, sent + size);
  });
});
