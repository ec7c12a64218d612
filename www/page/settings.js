// The settings of an answer: their ranges, their meaning, and what the visitor chose.

import { onRemembered, recall, remember } from "./storage.js";

/**
 * @typedef {"temperature" | "topK" | "topP" | "minP" | "repetitionPenalty" | "maxTokens" | "seed"} SettingName
 * @typedef {Record<Exclude<SettingName, "seed">, number> & { seed: number | null }} SettingValues
 *
 * @typedef {object} Stored
 * @property {() => string | null} read
 * @property {(text: string | null) => void} write null forgets them
 * @property {(listener: () => void) => void} onChange called when another tab has changed them
 *
 * @typedef {object} Setting
 * @property {SettingName} name
 * @property {string} label
 * @property {string} explanation
 * @property {number} min
 * @property {number} max
 * @property {number} step
 * @property {boolean} [isWide] too wide a range for a slider
 * @property {boolean} [mayBeEmpty]
 */

/** @type {Setting[]} */
export const SETTINGS = [
  {
    name: "temperature",
    label: "Temperature",
    explanation: "How freely it picks; 0 always takes the likeliest word.",
    min: 0,
    max: 2,
    step: 0.05,
  },
  {
    name: "topK",
    label: "Top-k",
    explanation: "Keep only this many of the likeliest words; 0: all.",
    min: 0,
    max: 200,
    step: 1,
  },
  {
    name: "topP",
    label: "Top-p",
    explanation: "Keep the likeliest words up to this share; 1: all.",
    min: 0.05,
    max: 1,
    step: 0.01,
  },
  {
    name: "minP",
    label: "Min-p",
    explanation: "Drop words below this share of the best; 0: none.",
    min: 0,
    max: 1,
    step: 0.01,
  },
  {
    name: "repetitionPenalty",
    label: "Repetition penalty",
    explanation: "Above 1, words used already become less likely.",
    min: 1,
    max: 2,
    step: 0.01,
  },
  {
    name: "maxTokens",
    label: "Longest answer",
    explanation: "In tokens; an English word is a little more than one.",
    min: 1,
    max: 100_000,
    step: 1,
    isWide: true,
  },
  {
    name: "seed",
    label: "Seed",
    explanation: "The same number gives the same answers; Regenerate adds one.",
    min: 0,
    max: 2 ** 32 - 1,
    step: 1,
    isWide: true,
    mayBeEmpty: true,
  },
];

/** @type {SettingValues} */
const PAGE_DEFAULTS = {
  temperature: 0.7,
  topK: 40,
  topP: 1,
  minP: 0,
  repetitionPenalty: 1,
  maxTokens: 1000,
  seed: null,
};

/**
 * @param {Setting} setting
 * @param {string} text as typed
 * @returns {{ value: number | null } | { problem: string }}
 */
export function readSetting({ label, min, max, step, mayBeEmpty }, text) {
  if (text.trim() === "") {
    return mayBeEmpty ? { value: null } : { problem: `${label} needs a number.` };
  }
  const value = Number(text);
  if (!Number.isFinite(value)) return { problem: `${label} needs a number; “${text.trim()}” is none.` };
  if (value < min || value > max) {
    return { problem: `${label} goes from ${min} to ${max.toLocaleString("en")}.` };
  }
  if (step === 1 && !Number.isInteger(value)) return { problem: `${label} needs a whole number.` };
  return { value };
}

export class Settings {
  /** @type {Partial<SettingValues>} what differs from the defaults */
  #chosen = {};
  /** @type {Partial<SettingValues>} */
  #modelDefaults = {};
  #onChange = () => {};
  #stored;

  /** @param {Stored | null} stored where they are kept from visit to visit, if they are */
  constructor(stored) {
    this.#stored = stored;
    this.#readStored();
    // A change in another tab counts here too. The next change here must not overwrite it.
    stored?.onChange(() => {
      this.#readStored();
      this.#onChange();
    });
  }

  #readStored() {
    if (this.#stored) this.#chosen = soundSettings(this.#stored.read());
  }

  /** @param {() => void} listener called when values change other than through `set` */
  onChange(listener) {
    this.#onChange = listener;
  }

  /** @returns {SettingValues} */
  get defaults() {
    return { ...PAGE_DEFAULTS, ...this.#modelDefaults };
  }

  /** @returns {SettingValues} */
  get values() {
    return { ...this.defaults, ...this.#chosen };
  }

  get areDefault() {
    return Object.keys(this.#chosen).length === 0;
  }

  /** @param {import("../mamba.js").SamplingSettings | undefined} suggested by the model */
  useModelDefaults(suggested) {
    this.#modelDefaults = {};
    for (const setting of SETTINGS) {
      const value = /** @type {Record<string, unknown>} */ (suggested ?? {})[setting.name];
      // The length that models recommend is meant for batches and often cuts a story in half. Here
      // a visitor watches the answer and can stop it, and each token costs the same.
      if (typeof value !== "number" || setting.name === "maxTokens") continue;
      const read = readSetting(setting, String(value));
      if ("value" in read && read.value !== null) this.#modelDefaults[setting.name] = read.value;
    }
    this.#onChange();
  }

  /** @param {SettingName} name @param {number | null} value */
  set(name, value) {
    this.#readStored();
    if (value === null || value === this.defaults[name]) delete this.#chosen[name];
    else this.#chosen[name] = value;
    this.#stored?.write(this.areDefault ? null : JSON.stringify(this.#chosen));
  }

  reset() {
    this.#chosen = {};
    this.#stored?.write(null);
    this.#onChange();
  }

  /**
   * What `generate` takes.
   *
   * @param {number} attempt 0 for the first answer to a message, 1 for the next one ...
   */
  request(attempt) {
    const { seed, ...rest } = this.values;
    // With a fixed seed alone, Regenerate would give the same answer.
    return { ...rest, seed: seed === null ? randomSeed() : (seed + attempt) % 2 ** 32 };
  }
}

/** What the page keeps. @type {Stored} */
export const keptSettings = {
  read: () => recall("settings"),
  write: (text) => remember("settings", text),
  onChange: (listener) => onRemembered("settings", listener),
};

/** @param {string | null} text @returns {Partial<SettingValues>} what is kept, as far as it is sound */
function soundSettings(text) {
  try {
    return soundValues(JSON.parse(text ?? "{}") ?? {});
  } catch {
    // For an older or damaged entry the defaults are used.
    return {};
  }
}

/** What `generate` takes for settings that somebody else may have written. @param {SettingValues | null} settings */
export function requestOf(settings) {
  const { seed, ...rest } = { ...PAGE_DEFAULTS, ...soundValues({ ...settings }) };
  return { ...rest, ...(seed === null ? {} : { seed }) };
}

/** @param {Record<string, unknown>} values @returns {Partial<SettingValues>} those that are in their ranges */
function soundValues(values) {
  /** @type {Partial<SettingValues>} */
  const chosen = {};
  for (const setting of SETTINGS) {
    const value = values[setting.name];
    if (typeof value !== "number") continue;
    const read = readSetting(setting, String(value));
    if ("value" in read && read.value !== null) chosen[setting.name] = read.value;
  }
  return chosen;
}

const randomSeed = () => crypto.getRandomValues(new Uint32Array(1))[0];
