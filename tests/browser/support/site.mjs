// The built site and Chromium, which most files of tests share from beginning to end.

import { after } from "node:test";
import { launchChromium } from "./chromium.mjs";
import { Site } from "./server.mjs";

/** @param {string[]} [flags] of Chromium */
export async function openSite(flags) {
  const site = await Site.start();
  try {
    const browser = await launchChromium(flags);
    after(async () => {
      await browser.close();
      await site.stop();
    });
    return { site, browser };
  } catch (error) {
    await site.stop();
    throw error;
  }
}
