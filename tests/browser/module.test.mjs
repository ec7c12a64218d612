// mamba.js as other programs use it: everything that docs/api.md promises, called from a bare page.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { openSite } from "./support/site.mjs";

const { site, browser } = await openSite();

/** @type {import("playwright-core").Page} */
let page;
before(async () => {
  page = await browser.newPage();
  await page.goto(`${site.origin}/empty/`);
  await page.evaluate(async (address) => {
    const { load, MambaError } = await import(address);
    /** How a promise fails, for assertions outside the page. */
    const failure = async (/** @type {() => Promise<unknown>} */ work) => {
      try {
        await work();
        return null;
      } catch (error) {
        const { code, message, hint } = /** @type {any} */ (error);
        return { isMambaError: error instanceof MambaError, code, message, hint };
      }
    };
    const all = async (/** @type {AsyncIterable<{ text: string, id: number | null }>} */ pieces) => {
      const got = [];
      for await (const piece of pieces) got.push(piece);
      return { text: got.map(({ text }) => text).join(""), ids: got.map(({ id }) => id).filter((id) => id !== null) };
    };
    Object.assign(window, { load, failure, all, chat: await load({ model: "/golden/chat/" }) });
  }, `${site.page()}mamba.js`);
});

// In the page; declared for the type check.
/** @type {any} */
let load;
/** @type {any} */
let failure;
/** @type {any} */
let all;
/** @type {any} */
let chat;

test("a page whose policy forbids it to compile wasm has an engine all the same", async () => {
  const strict = await browser.newPage();
  try {
    const address = `${site.origin}/empty/?strict`;
    await strict.route(address, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), "content-security-policy": "script-src 'self'" } });
    });
    await strict.goto(address);
    const { refused, text } = await strict.evaluate(async (module) => {
      const { load } = await import(module);
      const smallest = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
      const refused = await WebAssembly.compile(smallest).then(() => false, () => true);
      const engine = await load({ model: "/golden/chat/" });
      const text = await engine.detokenize(await engine.tokenize("Hello"));
      await engine.dispose();
      return { refused, text };
    }, `${site.page()}mamba.js`);
    assert.ok(refused, "the policy holds");
    assert.equal(text, "Hello");
  } finally {
    await strict.close();
  }
});

test("load reports its progress, and engine.info says what was loaded", async () => {
  const { info, phases, last } = await page.evaluate(async () => {
    /** @type {any[]} */
    const reports = [];
    const engine = await load({ model: "/golden/chat/", onProgress: (/** @type {any} */ report) => reports.push(report) });
    const { info } = engine;
    await engine.dispose();
    return { info, phases: [...new Set(reports.map(({ phase }) => phase))], last: reports.at(-1) };
  });
  assert.deepEqual(phases.filter((phase) => phase !== "download"), ["connect", "prepare"]);
  assert.equal(last.loadedBytes, last.totalBytes);
  for (const key of ["bytesPerSecond", "secondsLeft"]) assert.ok(key in last);
  const { program, files, weights } = last.parts;
  assert.ok(program.loadedBytes > 500_000 && program.loadedBytes === program.totalBytes, JSON.stringify(last));
  assert.ok(files.loadedBytes > 1000 && weights.loadedBytes === weights.totalBytes);
  assert.equal(program.loadedBytes + files.loadedBytes + weights.loadedBytes, last.loadedBytes);
  assert.equal(info.layers, 2);
  assert.equal(info.dModel, 32);
  assert.equal(info.dState, 16);
  assert.equal(info.vocab, 4096);
  assert.equal(info.backend, "cpu");
  assert.equal(info.adapter, null);
  assert.equal(info.stateBytes, 2 * 64 * (16 + 4 - 1) * 4);
  assert.ok(info.parameters > 100_000 && info.weightBytes > 0);
  assert.match(info.architecture, /mamba/i);
  assert.match(info.modelHash, /^[0-9a-f]{16,}$/);
  assert.ok(info.chatTemplate);
});

test("text goes to ids and back", async () => {
  const text = "Grüße, 世界! 👩‍🚀 How are you?\n";
  const { isArray, back } = await page.evaluate(async (text) => {
    const ids = await chat.tokenize(text);
    return { isArray: ids instanceof Uint32Array, back: await chat.detokenize(ids) };
  }, text);
  assert.ok(isArray);
  assert.equal(back, text);
});

test("the same seed and settings give the same text; another seed another one", async () => {
  const texts = await page.evaluate(async () => {
    const texts = [];
    for (const seed of [4, 4, 5]) {
      const session = await chat.session();
      texts.push((await all(session.generate({ message: "Hello", maxTokens: 20, temperature: 1, seed }))).text);
      await session.close();
    }
    return texts;
  });
  assert.equal(texts[0], texts[1]);
  assert.notEqual(texts[0], texts[2]);
});

test("generate counts, ends at maxTokens, and goes on without a prompt", async () => {
  const result = await page.evaluate(async () => {
    const session = await chat.session();
    const start = session.position;
    const one = await all(session.generate({ prompt: "Once upon", maxTokens: 6, temperature: 0 }));
    const { stats, position } = session;
    const two = await all(session.generate({ maxTokens: 6, temperature: 0 }));
    const fresh = await chat.session();
    const both = await all(fresh.generate({ prompt: "Once upon", maxTokens: 12, temperature: 0 }));
    const promptIds = (await chat.tokenize("Once upon")).length;
    return { start, one, two, both, stats, position, promptIds };
  });
  assert.equal(result.start, 0);
  assert.equal(result.one.ids.length, 6);
  assert.equal(result.stats.tokens, 6);
  assert.equal(result.stats.promptTokens, result.promptIds);
  assert.equal(result.position, result.promptIds + 6);
  for (const key of ["prefillMs", "decodeMs", "timeToFirstTokenMs", "tokensPerSecond"]) {
    assert.ok(Number.isFinite(result.stats[key]) && result.stats[key] >= 0, key);
  }
  assert.deepEqual([...result.one.ids, ...result.two.ids], result.both.ids);
});

test("pieces are whole characters", async () => {
  const pieces = await page.evaluate(async () => {
    const session = await chat.session();
    const pieces = [];
    for await (const { text } of session.generate({ prompt: "é", maxTokens: 400, temperature: 1.5, seed: 1 })) pieces.push(text);
    return pieces;
  });
  for (const piece of pieces) assert.ok(piece.isWellFormed?.() ?? true, JSON.stringify(piece));
});

test("prefill in one call, in parts, and by ids comes to the same scores", async () => {
  const { length, differences } = await page.evaluate(async () => {
    const scores = async (/** @type {any[]} */ ...parts) => {
      const session = await chat.session();
      for (const part of parts) await session.prefill(part);
      return session.logits();
    };
    const ids = await chat.tokenize("The quick brown fox jumps over the lazy dog.");
    const whole = await scores("The quick brown fox jumps over the lazy dog.");
    const difference = (/** @type {Float32Array} */ other) => Math.max(...whole.map((/** @type {number} */ v, /** @type {number} */ i) => Math.abs(v - other[i])));
    return {
      length: whole.length,
      differences: [difference(await scores([...ids])), difference(await scores(ids.slice(0, 3), ids.slice(3)))],
    };
  });
  assert.equal(length, 4096);
  assert.equal(differences[0], 0);
  assert.ok(differences[1] < 1e-3, String(differences[1]));
});

test("an aborted answer stops within one token, tells so, and leaves the session usable", async () => {
  const result = await page.evaluate(async () => {
    const session = await chat.session();
    const abort = new AbortController();
    let after = 0;
    let before = 0;
    const told = await failure(async () => {
      for await (const piece of session.generate({ prompt: "Hello", maxTokens: 100_000, signal: abort.signal })) {
        if (piece.id === null) continue;
        if (abort.signal.aborted) after += 1;
        else before += 1;
        if (before === 5) abort.abort();
      }
    });
    const prompt = (await chat.tokenize("Hello")).length;
    const ahead = session.position - prompt - before - after;
    const early = await failure(() => all(session.generate({ prompt: "x", signal: AbortSignal.abort() })));
    const more = await all(session.generate({ maxTokens: 3 }));
    return { told, before, after, ahead, early, more };
  });
  assert.equal(result.told?.code, "cancelled");
  assert.equal(result.told?.isMambaError, true);
  assert.equal(result.before, 5);
  assert.ok(result.after <= 1, `${result.after} tokens came after the abort`);
  assert.equal(result.ahead, 0, "the state holds tokens that nobody was given");
  assert.equal(result.early?.code, "cancelled");
  assert.equal(result.more.ids.length, 3);
});

test("a loop that is left stops the worker, and the session can be used at once", async () => {
  const { taken, position, prompt, more } = await page.evaluate(async () => {
    const session = await chat.session();
    let taken = 0;
    for await (const _ of session.generate({ prompt: "Hello", maxTokens: 100_000 })) {
      taken += 1;
      if (taken === 4) break;
    }
    const position = session.position;
    const more = await all(session.generate({ maxTokens: 2 }));
    return { taken, position, prompt: (await chat.tokenize("Hello")).length, more };
  });
  const ahead = position - prompt - taken;
  assert.ok(ahead >= 0 && ahead <= 1, `the worker was ${ahead} tokens ahead`);
  assert.equal(more.ids.length, 2);
});

test("a long prompt is read in blocks, and can be stopped between two of them", async () => {
  const { told, reads, total, position } = await page.evaluate(async () => {
    const session = await chat.session();
    const abort = new AbortController();
    /** @type {number[]} */
    const reads = [];
    let total = 0;
    const told = await failure(() =>
      session.prefill("word ".repeat(100_000), {
        signal: abort.signal,
        onPrefill: (/** @type {{ read: number, total: number }} */ prefill) => {
          total = prefill.total;
          reads.push(prefill.read);
          if (reads.length === 2) abort.abort();
        },
      }),
    );
    return { told, reads, total, position: session.position };
  });
  assert.equal(told?.code, "cancelled");
  assert.ok(total >= 100_000 && reads.length >= 2, `${reads.length} blocks were read of ${total} tokens`);
  // The message that stops it is on its way while a few more of these tiny blocks are read; never most of them.
  assert.ok((reads.at(-1) ?? total) < total / 4, `${reads.at(-1)} of ${total} tokens were read after the stop`);
  assert.equal(position, 0, "a run that was stopped before its first token leaves no trace");
});

test("a busy session refuses a second answer; another session does not", async () => {
  const { told, other } = await page.evaluate(async () => {
    const session = await chat.session();
    const running = session.generate({ prompt: "Hello", maxTokens: 100_000 });
    await running.next();
    const told = [];
    for (const work of [
      () => all(session.generate({ prompt: "Hello" })),
      () => session.prefill("x"),
      () => session.snapshot(),
      () => session.fork(),
      () => session.logits(),
      () => session.close(),
    ]) {
      told.push((await failure(work))?.code);
    }
    const other = await chat.session();
    const { ids } = await all(other.generate({ prompt: "Hello", maxTokens: 3 }));
    await running.return();
    return { told, other: ids.length };
  });
  assert.deepEqual(told, Array(6).fill("busy"));
  assert.equal(other, 3);
});

test("a session that is closed while something waits for its state is freed after that", async () => {
  const { bytes, scores, code, ids } = await page.evaluate(async () => {
    const [busy, session] = [await chat.session(), await chat.session()];
    await session.prefill("Hello");
    const running = busy.generate({ prompt: "Hello", maxTokens: 100_000 });
    await running.next();
    // They wait for their turn.
    const [saving, looking, closing] = [session.snapshot(), session.logits(), session.close()];
    const [bytes, scores] = await Promise.all([saving, looking]);
    await closing;
    const code = (await failure(() => session.snapshot()))?.code;
    await running.return();
    const { ids } = await all(busy.generate({ prompt: "Hello", maxTokens: 3 }));
    await busy.close();
    return { bytes: bytes.length, scores: scores.length, code, ids: ids.length };
  });
  assert.ok(bytes > 0 && scores > 0);
  assert.equal(code, "bad-argument");
  assert.equal(ids, 3);
});

test("snapshot and restore, and fork, go on exactly there", async () => {
  const { straight, restored, forked, isBytes, spoilt, positions } = await page.evaluate(async () => {
    const settings = { maxTokens: 10, temperature: 0.9, seed: 21 };
    const session = await chat.session();
    await all(session.generate({ message: "My name is Mira.", ...settings }));
    const bytes = await session.snapshot();
    const twin = await session.fork();
    const again = await chat.restore(bytes);
    const positions = [session.position, twin.position, again.position];
    const ask = async (/** @type {any} */ s) => (await all(s.generate({ message: "And yours?", ...settings }))).ids;
    const result = { straight: await ask(session), restored: await ask(again), forked: await ask(twin) };
    const changed = bytes.slice();
    changed[changed.length >> 1] ^= 255;
    const spoilt = [await failure(() => chat.restore(changed)), await failure(() => chat.restore(bytes.slice(0, 50)))];
    return { ...result, isBytes: bytes instanceof Uint8Array, spoilt, positions };
  });
  assert.ok(isBytes);
  assert.equal(new Set(positions).size, 1);
  assert.deepEqual(restored, straight);
  assert.deepEqual(forked, straight);
  for (const told of spoilt) assert.equal(told?.code, "bad-state");
});

test("wrong arguments are refused in sentences", async () => {
  const told = await page.evaluate(async () => {
    const session = await chat.session();
    /** @type {[string, () => Promise<unknown>][]} */
    const cases = [
      ["no model", () => load({})],
      ["model of a number", () => load({ model: 7 })],
      ["backend", () => load({ model: "/golden/chat/", backend: "abacus" })],
      ["precision", () => load({ model: "/golden/chat/", precision: "int3" })],
      ["threads", () => load({ model: "/golden/chat/", threads: 0 })],
      ["onnx", () => load({ model: "/a/b.onnx" })],
      ["empty prompt", () => all(session.generate({ prompt: "" }))],
      ["temperature", () => all(session.generate({ prompt: "x", temperature: -1 }))],
      ["topP", () => all(session.generate({ prompt: "x", topP: 2 }))],
      ["maxTokens", () => all(session.generate({ prompt: "x", maxTokens: 0 }))],
      ["a function", () => all(session.generate({ prompt: "x", stop: [() => {}] }))],
      ["tokenize", () => chat.tokenize(5)],
      ["restore", () => chat.restore("text")],
    ];
    const told = [];
    for (const [name, work] of cases) told.push({ name, ...(await failure(work)) });
    return told;
  });
  for (const { name, code, message, hint } of told) {
    assert.match(String(code), /^bad-(argument|state)$/, `${name}: ${code} ${message}`);
    assert.match(String(message), /\.$/, name);
    assert.match(String(hint), /\.$/, name);
    assert.doesNotMatch(`${message} ${hint}`, /undefined|\[object/, name);
  }
});

test("after any wrong argument the session goes on, and load has made no worker", async () => {
  const { told, ids, made } = await page.evaluate(async () => {
    const session = await chat.session();
    const told = [];
    /** @type {any[]} */
    const wrong = [
      { signal: {} },
      { signal: 7 },
      { signal: { aborted: false } },
      { signal: "abort" },
      { onPrefill: 5 },
      { stop: [7] },
      { stop: 7 },
      { temperature: "1" },
      { maxtokens: 3 },
      { logitBias: { x: 1 } },
      null,
      7,
      [],
    ];
    for (const options of wrong) {
      told.push((await failure(() => all(session.generate(options))))?.code);
      told.push((await failure(() => session.prefill("x", options)))?.code);
    }
    for (const ids of [[NaN], ["a"], [1.5], [2 ** 32], [-1], { length: 1e10 }, null, 7]) {
      told.push((await failure(() => session.prefill(ids)))?.code);
      told.push((await failure(() => chat.detokenize(ids)))?.code);
    }
    told.push((await failure(() => chat.detokenize("abc")))?.code);
    let made = 0;
    const Original = Worker;
    window.Worker = class extends Original {
      /** @param {string | URL} url @param {WorkerOptions} [options] */
      constructor(url, options) {
        super(url, options);
        made += 1;
      }
    };
    for (const options of [{ signal: {} }, { signal: 7 }, { onProgress: 1 }, { keep: 1 }, { hub: 7 }, { patience: 7 }, { modle: "x" }]) {
      told.push((await failure(() => load({ model: "/golden/chat/", ...options })))?.code);
    }
    window.Worker = Original;
    const { ids } = await all(session.generate({ prompt: "Hello", maxTokens: 3 }));
    await session.close();
    return { told, ids, made };
  });
  assert.deepEqual([...new Set(told)], ["bad-argument"]);
  assert.equal(ids.length, 3);
  assert.equal(made, 0);
});

test("a callback that throws harms nobody", async () => {
  const { ids, hash } = await page.evaluate(async () => {
    const thrower = () => {
      throw new Error("the caller's own");
    };
    window.addEventListener("error", (event) => event.preventDefault());
    const engine = await load({ model: "/golden/chat/", onProgress: thrower });
    const session = await engine.session();
    await session.prefill("a text of some tokens", { onPrefill: thrower });
    const { ids } = await all(session.generate({ prompt: "Hello", maxTokens: 3, onPrefill: thrower }));
    await engine.dispose();
    return { ids, hash: engine.info.modelHash };
  });
  assert.equal(ids.length, 3);
  assert.ok(hash);
});

test("a second engine is loaded beside the first, and a load that is cancelled leaves nothing", async () => {
  site.hold();
  const workers = () => page.workers().length;
  const before = workers();
  const { told, ids, other } = await page.evaluate(async () => {
    const abort = new AbortController();
    const loading = failure(() => load({ model: "/made/waiting/", signal: abort.signal, keep: false }));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const session = await chat.session();
    const { ids } = await all(session.generate({ prompt: "Hello", maxTokens: 5, temperature: 0 }));
    abort.abort();
    const told = await loading;
    const second = await load({ model: "/golden/chat/" });
    const both = await Promise.all(
      [chat, second].map(async (engine) => {
        const session = await engine.session();
        return (await all(session.generate({ prompt: "Hello", maxTokens: 5, temperature: 0 }))).ids;
      }),
    );
    await second.dispose();
    return { told, ids, other: both };
  });
  site.letGo();
  assert.equal(told?.code, "cancelled");
  assert.deepEqual(other, [ids, ids]);
  const start = Date.now();
  while (workers() > before) {
    assert.ok(Date.now() - start < 10_000, `${workers()} workers are left of ${before}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

test("weights in several files give the same answer as in one", async () => {
  const [one, two] = await page.evaluate(async () => {
    const engine = await load({ model: "/made/in-two-parts/" });
    const ids = [];
    for (const from of [chat, engine]) {
      const session = await from.session();
      ids.push((await all(session.generate({ message: "Hello", maxTokens: 8, temperature: 0 }))).ids);
    }
    await engine.dispose();
    return ids;
  });
  assert.deepEqual(two, one);
});

test("a .safetensors address and the address of a file in the folder are understood", async () => {
  const hashes = await page.evaluate(async () => {
    const hashes = [];
    for (const model of ["/golden/chat/model.safetensors", "/golden/chat", "/golden/chat/config.json"]) {
      const engine = await load({ model });
      hashes.push(engine.info.modelHash);
      await engine.dispose();
    }
    return hashes;
  });
  assert.equal(new Set(hashes).size, 1);
});

test("a base model takes prompts and refuses messages", async () => {
  const { template, told, ids } = await page.evaluate(async () => {
    const engine = await load({ model: "/made/base/" });
    const session = await engine.session();
    const { ids } = await all(session.generate({ prompt: "Once", maxTokens: 3 }));
    const told = await failure(() => all(session.generate({ message: "Hello" })));
    await engine.dispose();
    return { template: engine.info.chatTemplate, told, ids };
  });
  assert.ok(!template);
  assert.equal(ids.length, 3);
  assert.equal(told?.code, "bad-argument");
});

test("a load can be cancelled, and a disposed engine says so", async () => {
  site.hold();
  const { cancelled, running, later, twice } = await page.evaluate(async () => {
    const abort = new AbortController();
    const loading = failure(() => load({ model: "/made/waiting/", signal: abort.signal }));
    setTimeout(() => abort.abort(), 50);
    const cancelled = await loading;

    const engine = await load({ model: "/golden/chat/" });
    const session = await engine.session();
    const pieces = session.generate({ prompt: "Hello", maxTokens: 100_000 });
    await pieces.next();
    const running = failure(() => all(pieces));
    await engine.dispose();
    return {
      cancelled,
      running: await running,
      later: await failure(() => engine.tokenize("x")),
      twice: await failure(() => engine.dispose()),
    };
  });
  site.letGo();
  assert.equal(cancelled?.code, "cancelled");
  assert.equal(running?.code, "cancelled");
  assert.equal(later?.code, "bad-argument");
  assert.equal(twice, null);
});

test("memory stays where it is while thousands of tokens are generated", async () => {
  const { before, after, tokens } = await page.evaluate(async () => {
    const session = await chat.session();
    await all(session.generate({ prompt: "Hello", maxTokens: 500 }));
    const before = await chat.memoryBytes();
    const { ids } = await all(session.generate({ maxTokens: 5000 }));
    return { before, after: await chat.memoryBytes(), tokens: ids.length };
  });
  assert.ok(tokens >= 5000);
  assert.equal(after, before);
});
