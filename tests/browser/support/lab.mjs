// The Lab's page in the built site, as its test files share it.

import { after } from "node:test";
import { openSite } from "./site.mjs";

/** The page, and what went wrong in it: uncaught errors and what the console calls one. */
export async function openLab() {
  const { site, browser } = await openSite();
  const context = await browser.newContext({ reducedMotion: "reduce", viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  /** @type {string[]} */
  const faults = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  await page.goto(site.page("lab.html"));
  after(() => context.close());
  return { site, browser, context, page, faults };
}

/** The texts of the cells of a table's rows. @param {import("playwright-core").Locator} table */
export const cellsOf = (table) =>
  table.locator("tbody tr").evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? "")));
