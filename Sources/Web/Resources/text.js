// Text of other people, made harmless, and the few ways in which this page makes elements. Everything that came from a
// process is put in by textContent: no string is ever read as HTML.

const named = { 9: "\\t", 10: "\\n", 13: "\\r", 27: "\\e" };
const unseen = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A text in which nothing is invisible or reorders what is around it: `\n`, `\e`, `\x07`, `\u{202E}`. */
export function visible(text) {
  return String(text).replace(unseen, (character) => {
    const code = character.codePointAt(0);
    if (named[code]) return named[code];
    const digits = code.toString(16).toUpperCase();
    return code < 0x80 ? `\\x${digits.padStart(2, "0")}` : `\\u{${digits}}`;
  });
}

/** A text of at most so many characters; what is cut is shown by an ellipsis. */
export function shortened(text, limit) {
  const characters = [...String(text).slice(0, limit * 4)];
  return characters.length > limit ? `${characters.slice(0, limit - 1).join("")}…` : characters.join("");
}

/** The letter of a namespace that is not the machine's: A to Z, then AA, AB, … */
export function letterOf(index) {
  const last = String.fromCharCode(65 + (index % 26));
  return index >= 26 ? letterOf(Math.floor(index / 26) - 1) + last : last;
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

/** An element of HTML; children are elements or texts. */
export const html = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);

/** An element of SVG. */
export const svg = (name, attributes, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);

/** What a person calls a number of things. */
export const counted = (count, one, many = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

const rulers = new Map();

/** How wide a text is in the page's font, in pixels. */
export function widthOf(text, font) {
  if (!rulers.has(font)) {
    const context = document.createElement("canvas").getContext("2d");
    context.font = font;
    rulers.set(font, { context, known: new Map() });
  }
  const { context, known } = rulers.get(font);
  if (known.size > 5000) known.clear();
  if (!known.has(text)) known.set(text, context.measureText(text).width);
  return known.get(text);
}
