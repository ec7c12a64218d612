// How answers are shown: Markdown as nodes of the page, whatever a model writes.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import { openAnswer, show } from "./support/answers.mjs";
import { withPage } from "./support/chromium.mjs";
import { openSite } from "./support/site.mjs";

const { site, browser } = await openSite();

/** @param {(page: import("playwright-core").Page) => Promise<void>} use @param {import("playwright-core").BrowserContextOptions} [options] */
const withAnswer = (use, options) =>
  withPage(
    browser,
    site.page("?model=/made/waiting/"),
    async (page) => {
      await openAnswer(page);
      await use(page);
    },
    options,
  );

const COMMON = `# A title

Some *words*, **strong** ones, ~~gone~~ ones and \`code\`.
The next line.

- one
- two
  1. inner
- [x] done
- [ ] to do

> A quote
> of two lines

| Name | Number |
|:-----|-------:|
| a    | 1      |
| b    | 2      |

\`\`\`js
const one = 1; // a remark
\`\`\`

See [the site](https://example.org/a?b=c) or https://example.net/x.
Costs $5 and $6. Then \\(a^2 + b^2\\) and

$$
\\frac{1}{2}
$$

\\[ \\sum_{i=1}^n i \\]
`;

test("GFM is shown as people expect", async () => {
  await withAnswer(async (page) => {
    await show(page, COMMON);
    const shown = page.locator(".answer .text");
    assert.equal(await shown.locator("h4.level-1").textContent(), "A title");
    assert.equal(await shown.locator("p").first().textContent(), "Some words, strong ones, gone ones and code.\nThe next line.");
    assert.equal(await shown.locator("ul > li > ol > li").textContent(), "inner");
    assert.deepEqual(await shown.locator(".task").evaluateAll((all) => all.map((task) => task.getAttribute("aria-label"))), ["done: ", "to do: "]);
    assert.equal(await shown.locator("td.align-right").first().textContent(), "1");
    assert.equal(await shown.locator("blockquote").count(), 1);
    const [named, bare] = await shown.locator("a").all();
    assert.equal(await named.getAttribute("href"), "https://example.org/a?b=c");
    assert.equal(await named.getAttribute("rel"), "noopener noreferrer");
    assert.equal(await named.getAttribute("referrerpolicy"), "no-referrer");
    assert.match((await shown.textContent()) ?? "", /the site \(example\.org\) or https:\/\/example\.net\/x\.\nCosts \$5 and \$6/);
    assert.equal(await bare.textContent(), "https://example.net/x");
    // Colours and formulas come with programs of their own.
    await shown.locator("code .hljs-keyword").waitFor();
    assert.equal(await shown.locator("code .hljs-comment").textContent(), "// a remark");
    await page.waitForFunction(() => document.querySelectorAll(".formula .katex").length === 3);
    assert.equal(await shown.locator(".formula.displayed .katex-display").count(), 2);
    await page.evaluate(() => document.fonts.ready);
    assert.ok(await page.evaluate(() => [...document.fonts].some(({ family, status }) => /KaTeX_Math/.test(family) && status === "loaded")), "its fonts");
  });
});

describe("hostile and broken text", () => {
  const RLO = "\u202e";
  /** What is written, what must be in the text that is shown. @type {[string, string, (string | RegExp)[]][]} */
  const corpus = [
    ["HTML", '<img src=x onerror="window.hit=1"><script>window.hit=1</script><b>bold</b>', ['<img src=x onerror="window.hit=1">', "<script>", "<b>bold</b>"]],
    ["a block of HTML", '<div onclick="window.hit=1">\n<iframe src="https://evil.example/">\n</div>\n', ["<iframe", "</div>"]],
    ["a comment and a declaration", "<!-- a -->\n<!doctype html>\n<?php ?>\n<![CDATA[x]]>", ["<!-- a -->", "<!doctype html>", "CDATA"]],
    ["a javascript: link", "[click](javascript:window.hit=1) <javascript:window.hit=1> [b](JaVaScRiPt:window.hit=1)", ["[click](javascript:window.hit=1)"]],
    ["a javascript: link behind entities", "[click](&#106;avascript:window.hit=1) [x](java&#10;script:window.hit=1)", ["[click]"]],
    ["links with other schemes", "[a](data:text/html,x) [b](vbscript:x) [c](file:///etc/passwd) [d](blob:x) [e](/sub/path/) [f](//evil.example)", ["[a](data:", "[e](/sub/path/)", "[f](//evil.example)"]],
    ["a picture", "![look](https://evil.example/x.png) ![d](data:image/png;base64,AAAA)", ["Image: look", "(evil.example)", "![d](data:"]],
    ["a picture in a link", "[![look](https://evil.example/x.png)](https://other.example/)", ["Image: look"]],
    ["a link that says another address", "[https://good.example/](https://evil.example/)", ["https://good.example/ (evil.example)"]],
    ["a link with a name before the host", "[bank](https://bank.example@evil.example/)", ["bank (evil.example)"]],
    ["a host of letters that look like others", "[a](https://аррӏе.example/)", ["(xn--"]],
    ["the same as bare addresses", "<https://bank.example@evil.example/> https://аррӏе.example/", ["bank.example@evil.example/ (evil.example)", "(xn--"]],
    ["a host that is longer than what is shown", `[bank](https://bank.example.${"a".repeat(60)}.${"b".repeat(60)}.evil.example/)`, [/\(… [ab.]+\.evil\.example\)/]],
    ["a title of a link", '[a](https://a.example/ "onmouseover=alert(1)")', ["a (a.example)"]],
    ["a definition of a link", "[a]: https://evil.example/ 'x'\n\n[a]", ["[a]: https://evil.example/"]],
    ["direction marks", `safe${RLO}txet\u2066x\u2069 \`a${RLO}b\` [l${RLO}](https://a.example/)`, ["safe[U+202E]txet[U+2066]x[U+2069]", "a[U+202E]b", "l[U+202E]"]],
    ["direction marks in code", `\`\`\`js\nif (a${RLO}) b\n\`\`\``, ["if (a[U+202E]) b"]],
    ["zero-width characters", "pass\u200bword \ufeff a\u200db", ["pass[U+200B]word", "a[U+200D]b"]],
    ["joiners that belong there", "👩‍🔬 می‌خواهم क्‍ष", ["👩‍🔬 می‌خواهم क्‍ष"]],
    ["a nul", "a\0b", [/a(\ufffd|\[U\+0000\])b/]],
    ["half a character", "a\ud800b", ["a[U+D800]b"]],
    ["an unclosed fence", "```\n<b>\nmore", ["<b>", "more"]],
    ["unclosed marks", "**bold *and `code [link](https://a.example", ["**bold *and `code [link](", "https://a.example"]],
    ["a formula with a link", "\\(\\href{javascript:window.hit=1}{x}\\) $$\\includegraphics{https://evil.example/x.png}$$", ["\\href{javascript:window.hit=1}{x}", "\\includegraphics"]],
    ["a formula that is none", "\\(\\frac{1\\)", ["\\frac{1"]],
    ["a formula that grows", "$$\\def\\a{\\b\\b}\\def\\b{\\c\\c}\\def\\c{\\d\\d}\\def\\d{\\a\\a}\\a$$", ["\\def\\a"]],
    ["a huge formula", "$$\\rule{9999em}{9999em}$$", []],
    ["a deep formula", `$$${"{".repeat(500)}x${"}".repeat(500)}$$`, ["{{{{"]],
    ["5,000 quotes in each other", `${">".repeat(5000)} deep`, ["deep"]],
    ["5,000 lists in each other", `${"- ".repeat(5000)}deep`, ["deep"]],
    ["5,000 lists, each in a line", Array.from({ length: 5000 }, (_, i) => `${" ".repeat((i % 200) * 2)}- a`).join("\n"), ["a"]],
    ["brackets", "[".repeat(10_000), ["[[["]],
    ["pictures that do not end", "![".repeat(10_000), ["![!["]],
    ["stars", "*a ".repeat(5000) + "**_".repeat(3000), ["*a *a"]],
    ["backquotes", Array.from({ length: 200 }, (_, i) => "`".repeat(i)).join(" "), ["```"]],
    ["formulas that do not end", "\\( ".repeat(5000) + "\\[\n".repeat(3000) + "$$ \n".repeat(1000), ["( ( ("]],
    ["pipes", `${"|".repeat(3000)}\n${"|-".repeat(3000)}|\n${"|".repeat(3000)}`, ["|||"]],
    ["entities", "&lt;script&gt;window.hit=1&lt;/script&gt; &amp;&nbsp;", ["<script>window.hit=1</script> &"]],
    ["a language that is an attack", '```"><img src=x onerror=window.hit=1>\ncode\n```', ["code"]],
    ["a thought that does not end", "<think>\nwell <b>", ["well <b>"]],
    ["a million line breaks", "a\n".concat("\n".repeat(1_000_000), "b"), ["b"]],
  ];

  test("is text: nothing runs, nothing is fetched, nothing is lost", async () => {
    await withAnswer(async (page) => {
      /** @type {string[]} */
      const asked = [];
      page.on("request", (request) => {
        if (!/^\/(made|sub\/path\/build)\//.test(new URL(request.url()).pathname)) asked.push(request.url());
      });
      for (const [name, text, expected] of corpus) {
        await show(page, text);
        await page.evaluate(() => /** @type {any} */ (window).frame());
        await page.waitForFunction(() => !/** @type {any} */ (window).answer.isBusy);
        const shown = (await page.textContent(".answer .text")) ?? "";
        for (const part of expected) {
          if (part instanceof RegExp) assert.match(shown, part, name);
          else assert.ok(shown.includes(part), `${name}: ${JSON.stringify(part)} is not in ${JSON.stringify(shown.slice(0, 300))}`);
        }
        const wrong = await page.evaluate(() => {
          const answer = document.querySelector(".answer");
          const elements = [...(answer?.querySelectorAll("*") ?? [])];
          return {
            hit: /** @type {any} */ (window).hit,
            foreign: elements.filter((element) => element.matches("img, script, iframe, object, embed, form, input, style, link, video, audio, base")).length,
            handlers: elements.flatMap((element) => [...element.attributes]).filter(({ name }) => name.startsWith("on")).length,
            links: elements.filter((element) => element instanceof HTMLAnchorElement && !/^(https?|mailto):$/.test(element.protocol)).length,
          };
        });
        assert.deepEqual(wrong, { hit: undefined, foreign: 0, handlers: 0, links: 0 }, name);
      }
      assert.deepEqual(asked, []);
    });
  });

  test("costs a bounded amount of work for each piece", async () => {
    await withAnswer(async (page) => {
      const line = "A long line of many words, *some* of them **strong**. ".repeat(200_000); // 10 MB
      const texts = [...corpus.map(([, text]) => text), COMMON.repeat(20), line, "Ten words of *text* that are in one line\n".repeat(90)];
      const most = await page.evaluate(async (texts) => {
        const { openCounted, frame } = /** @type {any} */ (window);
        const most = { parsed: 0, added: 0, ms: 0, text: "" };
        for (const text of texts) {
          const { counts, answer } = openCounted();
          let added = 0;
          const observer = new MutationObserver((records) => (added += records.reduce((sum, { addedNodes }) => sum + addedNodes.length, 0)));
          observer.observe(answer.element, { childList: true, subtree: true });
          answer.append(text.slice(0, 50_000));
          for (let i = 0; answer.isBusy && i < 100; i++) {
            answer.flush();
            await frame();
          }
          // Then word by word.
          for (const piece of " and then more *words* came".split(/(?= )/)) {
            counts.parsed = added = 0;
            const started = performance.now();
            answer.append(piece);
            answer.flush();
            most.ms = Math.max(most.ms, performance.now() - started);
            await frame();
            if (counts.parsed > most.parsed) Object.assign(most, { parsed: counts.parsed, text: text.slice(0, 30) });
            most.added = Math.max(most.added, added);
          }
          answer.clear();
        }
        return most;
      }, texts);
      console.log(`most for one word: ${JSON.stringify(most)}`);
      assert.ok(most.parsed < 8000, `${most.parsed} characters are parsed for ${most.text}`);
      assert.ok(most.added < 500, `${most.added} nodes are added`);
    });
  });

  test("of 10 MB in one piece comes in portions, and the page paints between them", async () => {
    await withAnswer(async (page) => {
      const { first, portions } = await page.evaluate(async () => {
        const { openCounted, frame } = /** @type {any} */ (window);
        const { counts, answer } = openCounted();
        answer.append("- A long text of many words, *some* of them **strong**.\n".repeat(200_000));
        answer.flush();
        const first = counts.parsed;
        let portions = 0;
        for (; portions < 3 && answer.isBusy; portions++) await frame();
        answer.clear();
        return { first, portions };
      });
      assert.ok(first > 0 && first < 2e6, `${first} characters at once`);
      assert.equal(portions, 3);
    });
  });
});

test("streamed in random pieces it is what it is at once", async () => {
  await withAnswer(async (page) => {
    const parts = [COMMON, "<think>\nWell, *so*.\n</think>\n", "1. a\n\n2. b\n\n   c\n", "```py\nprint(1)\n", "plain ".repeat(900), "| a | b |\n|---|---|\n", "| 1 | `2` |\n".repeat(20), "> a\n> - b\n", "**half", "\n\n"];
    const differing = await page.evaluate(async (parts) => {
      const { open, frame, structure } = /** @type {any} */ (window);
      const settled = async () => {
        while (/** @type {any} */ (window).answer.isBusy) await frame();
        for (let i = 0; i < 3; i++) await frame();
      };
      let seed = 7;
      const random = (/** @type {number} */ below) => (seed = (seed * 48271) % 2147483647) % below;
      const differing = [];
      for (let round = 0; round < 60; round++) {
        const text = Array.from({ length: 1 + random(5) }, () => parts[random(parts.length)]).join("").slice(random(30));
        const whole = open();
        whole.append(text);
        whole.end();
        await settled();
        const expected = structure();
        const streamed = open();
        for (let at = 0; at < text.length; ) {
          const size = 1 + random(round % 2 ? 12 : 400);
          streamed.append(text.slice(at, (at += size)));
          if (random(4) === 0) streamed.flush();
          // A stop, after which it goes on.
          if (random(200) === 0) streamed.end();
        }
        streamed.end();
        await settled();
        const got = structure();
        if (got === expected) continue;
        const at = [...got].findIndex((letter, i) => letter !== expected[i]);
        differing.push({ text, expected: expected.slice(at - 100, at + 200), got: got.slice(at - 100, at + 200) });
      }
      return differing.slice(0, 1);
    }, parts);
    assert.deepEqual(differing, []);
  });
});

test("what is finished is not rendered again", async () => {
  await withAnswer(async (page) => {
    const changed = await page.evaluate(async () => {
      const { open, frame } = /** @type {any} */ (window);
      const answer = open();
      answer.append("First *block*.\n\n- a\n- b\n\nOpen");
      answer.flush();
      const finished = [...document.querySelectorAll(".answer .block")].slice(0, -1);
      /** @type {string[]} */
      const changed = [];
      const observer = new MutationObserver((records) => {
        for (const { target } of records) if (finished.some((block) => block.contains(target))) changed.push(target.nodeName);
      });
      observer.observe(document.querySelector(".answer") ?? document.body, { childList: true, characterData: true, subtree: true });
      const first = document.querySelector(".answer .block:last-child p")?.firstChild;
      for (const word of " and so on\n\nNext **one**".split(/(?= )/)) {
        answer.append(word);
        await frame();
      }
      return { changed, blocks: document.querySelectorAll(".answer .block").length, isSame: first?.isConnected && first.textContent === "Open and so on" };
    });
    assert.deepEqual(changed, { changed: [], blocks: 4, isSame: true });
  });
});

test("plain text, code and the answer's Markdown are copied", async () => {
  await withAnswer(
    async (page) => {
      await show(page, "One **two**\n\n```js\nlet a = 1;\n\nb();\n```\n");
      const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
      await page.locator(".code-head button").click();
      await page.locator(".code-head button", { hasText: "Copied" }).waitFor();
      assert.equal(await clipboard(), "let a = 1;\n\nb();");
      assert.equal(await page.evaluate(() => /** @type {any} */ (window).answer.text), "One **two**\n\n```js\nlet a = 1;\n\nb();\n```\n");
      await page.evaluate(() => (/** @type {any} */ (window).answer.isPlain = true));
      assert.equal(await page.locator(".answer .markdown").count(), 0);
      assert.deepEqual(await page.locator(".answer .line").allTextContents(), ["One **two**", "", "```js", "let a = 1;", "", "b();", "```", ""]);
      await page.evaluate(() => (/** @type {any} */ (window).answer.isPlain = false));
      assert.equal(await page.locator(".answer strong").textContent(), "two");
    },
    { permissions: ["clipboard-read", "clipboard-write"] },
  );
});

test("a thought folds away", async () => {
  await withAnswer(async (page) => {
    await show(page, "<think>\nHm, *well*.\n</think>\n\nThe answer.");
    assert.equal(await page.locator(".thought em").textContent(), "well");
    assert.equal(await page.locator(".thought em").isVisible(), false);
    await page.click(".thought summary");
    assert.ok(await page.locator(".thought em").isVisible());
    assert.equal(await page.locator(".text > .block").textContent(), "The answer.");
    await show(page, "<think>\n\n</think>\n\nThe answer.");
    assert.equal(await page.locator(".thought").count(), 0, "an empty one is not shown");
    assert.equal(await page.locator(".answer .text").innerText(), "The answer.");
    // The template of some models begins the thought.
    await show(page, "Hm, *well*.\n\nYes.\n</think>\n\nThe answer.");
    assert.equal(await page.locator(".thought .block").count(), 2);
    assert.equal(await page.locator(".text > .block").textContent(), "The answer.");
  });
});

test("axe-core finds nothing to mend, light and dark", async () => {
  const axe = createRequire(import.meta.url).resolve("axe-core");
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    await withAnswer(
      async (page) => {
        await show(page, `<think>\nHm.\n</think>\n\n${COMMON}`);
        await page.waitForFunction(() => !(/** @type {any} */ (window).answer.isBusy));
        await page.evaluate(() => document.querySelector("details")?.setAttribute("open", ""));
        await page.evaluate((code) => new Function(code)(), await readFile(axe, "utf8"));
        const violations = await page.evaluate(async () => {
          const { violations } = await /** @type {any} */ (window).axe.run(".answer");
          return violations.map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes.map((/** @type {any} */ node) => node.html).join(" ")}`);
        });
        assert.deepEqual(violations, [], colorScheme);
      },
      { colorScheme },
    );
  }
});
