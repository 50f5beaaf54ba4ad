// How namespaces are told apart on map and table, and what they are called: by colour, by outline, and by letter.

import { home, kindNames } from "./world.js";

/** How a namespace looks, by the number behind its letter: -1 is the machine's own, -2 one that may not be read. */
export function looksOf(index) {
  if (index === -1) return "machine";
  if (index === -2) return "unknown";
  return `hue${index % 7} outline${Math.floor(index / 7) % 4}`;
}

/** A continent's name for a person. */
export function nameOf({ kind, index, letter }) {
  if (index === -2) return `${kindNames[kind]} namespaces that may not be read`;
  return index === -1 ? `the ${home.name}'s ${kindNames[kind]} namespace` : `${kindNames[kind]} namespace ${letter}`;
}
