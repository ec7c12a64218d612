// Makes text from strangers fit to be shown: names, addresses, and parts of files in errors. All text from a checkpoint, a
// link or a server passes through here on its way to the page.

/** Long enough for a sentence, short enough that every browser lays it out at once. */
export const MOST_SENTENCE = 600;
export const MOST_NAME = 80;

/**
 * Invisible characters that change how others look: direction marks, zero-width characters, controls. In a name they are
 * there to deceive, so they are made visible. Line breaks become blanks.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029\u115f\u1160\u3164\uffa0]/gu;

const codeOf = (/** @type {string} */ character) => `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`;

/** @param {string} text */
const seen = (text) => text.replace(/[\n\r\t]+/g, " ").replace(UNSEEN, codeOf);

/**
 * Joiners that belong to a word or an emoji: between two letters of a script that has them, or between two pictures.
 */
const JOINED = /(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})|(?<=[\p{L}\p{M}])[\u200c\u200d](?=[\p{L}\p{M}])/uy;
const JOINING_SCRIPT = /^[\p{sc=Arab}\p{sc=Syrc}\p{sc=Mong}\p{sc=Deva}\p{sc=Beng}\p{sc=Guru}\p{sc=Gujr}\p{sc=Orya}\p{sc=Taml}\p{sc=Telu}\p{sc=Knda}\p{sc=Mlym}\p{sc=Sinh}\p{sc=Khmr}\p{sc=Mymr}\p{sc=Tibt}\p{sc=Zinh}]/u;

/**
 * A text of many lines with what cannot be seen made visible. Line breaks, tabs and what a script needs stay.
 *
 * @param {string} text
 */
export function seenText(text) {
  return text.replace(UNSEEN, (character, /** @type {number} */ at) => {
    if (character === "\n" || character === "\t" || character === "\u00ad") return character;
    if (character === "\u200c" || character === "\u200d") {
      JOINED.lastIndex = at;
      const before = text[at - 1] ?? "";
      if (JOINED.test(text) && (JOINING_SCRIPT.test(before) || !/\p{L}/u.test(before))) return character;
    }
    return codeOf(character);
  });
}

/**
 * The text, cut if it is too long. Nothing is read beyond the cut, so the length of the original costs nothing.
 *
 * @param {string} text
 * @param {number} [most] characters
 */
export function shownText(text, most = MOST_SENTENCE) {
  const part = seen(text.slice(0, most + 1));
  if (part.length <= most) return part;
  return `${part.slice(0, most).replace(/[\ud800-\udbff]$/, "").trimEnd()} …`;
}

/** @param {string} name of a model, a file or a site */
export const shownName = (name) => shownText(name, MOST_NAME);

/** A host or an address of mail: whose it is stands at its end. @param {string} place */
export const shownPlace = (place) => (place.length > MOST_NAME ? `… ${shownName(place.slice(-MOST_NAME))}` : shownName(place));

/** @param {{ message: string, hint: string }} error @returns {string} both sentences of it */
export const shownError = ({ message, hint }) => `${shownText(message)} ${shownText(hint)}`.trim();

/** A sentence begins with a capital letter, also where its first word is a number's unit or a name. @param {string} text */
export const capitalised = (text) => text.slice(0, 1).toLocaleUpperCase("en") + text.slice(1);

/** Facts in one line. @param {string[]} facts */
export const listed = (facts) => capitalised(facts.join(" · "));
