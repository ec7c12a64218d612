// A site in headless Chromium, on the GPU of this machine.

import path from "node:path";
import { chromium } from "playwright-core";
import { CHROMIUM_FLAGS, findChromium } from "../browser/support/browser.mjs";
import { serve } from "../browser/support/server.mjs";

const GPU_FLAGS = ["--enable-unsafe-webgpu", "--ignore-gpu-blocklist", "--enable-features=Vulkan", "--use-angle=vulkan", "--use-vulkan=native", "--disable-vulkan-surface"];

/** Opens an empty page of a site, in a browser of its own; models are at `m/`. @param {string} site @param {string} models */
export async function open(site, models) {
  const mounts = { "/": path.resolve(site), "/m/": path.resolve(models), "/blank.html": () => "<!doctype html><title>GPU</title>" };
  const { origin, stop } = await serve({ mounts });
  const browser = await chromium.launch({ executablePath: findChromium(), args: [...CHROMIUM_FLAGS, ...GPU_FLAGS] });
  const page = await (await browser.newContext({ serviceWorkers: "block" })).newPage();
  page.setDefaultTimeout(0);
  await page.goto(`${origin}/blank.html`);
  return { page, address: `${origin}/`, close: () => Promise.all([browser.close(), stop()]) };
}
