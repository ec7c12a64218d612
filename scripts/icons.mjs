// Draws the pictures of www/icons/ from mamba.svg, in Chromium: node scripts/icons.mjs
//
// Only needed when the drawing changes; the results are in the repository, so that a build needs no browser.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { launchChromium } from "../tests/browser/support/chromium.mjs";

const icons = fileURLToPath(new URL("../www/icons/", import.meta.url));
const svg = await readFile(`${icons}mamba.svg`, "utf8");
/** Devices cut maskable icons to their own shape, so these have no corners, and the drawing is in the middle 80 %. */
const bare = svg.replace(/ rx="\d+"/, "");
const inset = bare.replace('viewBox="0 0 32 32"', 'viewBox="-4 -4 40 40"').replace(/<rect [^>]*>/, '<rect x="-4" y="-4" width="40" height="40" fill="#1c6b4c"/>');

/** @type {{ name: string, width: number, height: number, body: string }[]} */
const pictures = [
  { name: "mamba-180", width: 180, height: 180, body: bare },
  { name: "mamba-192", width: 192, height: 192, body: svg },
  { name: "mamba-512", width: 512, height: 512, body: svg },
  { name: "mamba-maskable-512", width: 512, height: 512, body: inset },
  {
    name: "social",
    width: 1200,
    height: 630,
    body: `<div class="card"><div class="mark">${svg}</div><div><h1>mamba-web</h1><p>A language model, in this tab.</p><p class="soft">It runs on your own machine. Nothing you write is sent anywhere.</p></div></div>`,
  },
];
const style = `
  html, body { margin: 0; height: 100%; background: transparent }
  body > svg { display: block; width: 100%; height: 100% }
  .card { box-sizing: border-box; height: 100%; display: flex; align-items: center; gap: 64px; padding: 96px;
    background: #f7f6f1; color: #1c211e; font: 40px/1.35 "DejaVu Sans", sans-serif }
  .mark { flex: none; width: 260px; height: 260px }
  h1 { margin: 0 0 16px; font-size: 84px; line-height: 1.1 } p { margin: 0 0 12px } .soft { color: #5a635d; font-size: 30px }`;

const browser = await launchChromium();
try {
  for (const { name, width, height, body } of pictures) {
    const page = await browser.newPage({ viewport: { width, height } });
    await page.setContent(`<!doctype html><style>${style}</style>${body}`);
    await page.screenshot({ path: `${icons}${name}.png`, omitBackground: true });
    await page.close();
  }
} finally {
  await browser.close();
}
