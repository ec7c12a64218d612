// Medians, tables and the machine in words.

import { cpus, loadavg, totalmem } from "node:os";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { work } from "./server.mjs";

/** @param {number[]} values */
export function median(values) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return NaN;
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The distance from the smallest to the largest, in parts of the median. @param {number[]} values */
export const spread = (values) => (Math.max(...values) - Math.min(...values)) / median(values);

/** @param {number | null | undefined} value */
export function short(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "-";
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

/** @param {number} part */
export const percent = (part) => (Number.isFinite(part) ? `${(100 * part).toFixed(0)} %` : "-");

/** @param {number} bytes */
export const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

/**
 * A Markdown table.
 *
 * @param {string[]} head
 * @param {string[][]} rows
 */
export function table(head, rows) {
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => (row[column] ?? "").length)));
  /** @param {string[]} cells */
  const line = (cells) =>
    `| ${cells.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join(" | ")} |`;
  const rule = `|${widths.map((width, i) => (i ? `${"-".repeat(width + 1)}:` : "-".repeat(width + 2))).join("|")}|`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

/** What the run ran on. The load before it says whether the figures can be trusted. */
export function machine() {
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    loadBefore: loadavg().map((load) => Math.round(load * 100) / 100),
  };
}

/** @param {string} name @param {unknown} result @returns {Promise<string>} the file */
export async function save(name, result) {
  await mkdir(work, { recursive: true });
  const file = path.join(work, `${name}.json`);
  await writeFile(file, `${JSON.stringify(result, null, 1)}\n`);
  return path.relative(process.cwd(), file);
}

/** @param {string} text on stderr, so that stdout is the result alone */
export const say = (text) => process.stderr.write(`${text}\n`);
