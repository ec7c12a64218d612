import type { Lab } from "./lab.js";

/** A chapter of the Lab, each in a file of its own. */
export interface Chapter {
  /** Of its section in the page, and the first part of its jobs' names. */
  id: string;
  number: number;
  title: string;
  /** One sentence: what a visitor can say afterwards. */
  claim: string;
  /** A few short sentences before the picture. */
  text: string[];
  /** What to notice in the picture. */
  notice: string[];
  /** Paper, section, formula. */
  source: { text: string; href?: string }[];
  /** Fills the picture and the controls, first with the example that was computed before. Called once. */
  open(parts: { picture: HTMLElement; controls: HTMLElement; lab: Lab }): void;
}
