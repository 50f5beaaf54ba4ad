// What a person looks for: processes by what they are called and run as, namespaces by their numbers, letters and holders.

import { kindNames } from "./world.js";

/** The keys of the processes and of the namespaces of one kind that a text is about; null for an empty text. */
export function search(world, kind, text, rows) {
  const words = text.toLowerCase();
  if (!words) return null;
  return {
    processes: new Set(rows.filter((row) => isProcess(world, row, words)).map((row) => row.key)),
    namespaces: new Set(world.ofKind(kind).filter((one) => isNamespace(world, one, words)).map((one) => one.key)),
  };
}

function isProcess(world, row, words) {
  if (/^\d+$/.test(words)) return hasNumber(row, words);
  const texts = [row.name, row.line, row.container, row.condition, world.userName(row.uid)];
  return texts.some((text) => text?.toLowerCase().includes(words));
}

/** A number is a PID, or stands as a whole in the command line, such as a port: 80 is not looked for in 8080. */
function hasNumber(row, digits) {
  if ([row.pid, ...(row.inside ?? [])].some((pid) => String(pid) === digits)) return true;
  return new RegExp(`(?<!\\d)${digits}(?!\\d)`).test(row.line ?? "");
}

function isNamespace(world, namespace, words) {
  if (/^\d+$/.test(words)) return String(namespace.inode) === words;
  const { kind, inode } = namespace;
  const names = [`${kind}:[${inode}]`, `${kindNames[kind]} namespace ${world.letter(kind, inode)}`, ...(namespace.holders ?? [])];
  return words.length > 1 && names.some((text) => text.toLowerCase().includes(words));
}
