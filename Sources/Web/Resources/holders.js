// What is said in words of the namespaces of a kind: where each lies, who came into it, and what keeps it, also where nobody
// is in it.

import { kindNames, nests } from "./world.js";
import { counted, visible } from "./text.js";

/** Which namespaces lie in which: by the inode of the outer one, null for those that lie in none that is seen. */
function inner(world, kind) {
  const all = world.ofKind(kind);
  const known = new Set(all.map((one) => one.inode));
  const found = new Map();
  for (const one of all) {
    const outer = nests(kind) && known.has(one.parent) && one.parent !== one.inode ? one.parent : null;
    if (!found.has(outer)) found.set(outer, []);
    found.get(outer).push(one);
  }
  return found;
}

/** The namespaces of a kind with how deep each lies in others, each before those that lie in it. */
export function nested(world, kind) {
  const lying = inner(world, kind);
  const order = [];
  const walk = (namespace, depth) => {
    order.push({ namespace, depth });
    for (const one of lying.get(namespace.inode) ?? []) walk(one, depth + 1);
  };
  for (const one of lying.get(null) ?? []) walk(one, 0);
  return order;
}

/** What keeps each namespace of a kind beside the processes in it, in words, by inodes. */
export function holders(world, kind) {
  const lying = inner(world, kind);
  const owned = new Map();
  if (kind === "user") {
    for (const one of world.namespaces.values()) {
      if (one.kind !== "user" && one.owner) owned.set(one.owner, (owned.get(one.owner) ?? 0) + 1);
    }
  }
  return new Map(world.ofKind(kind).map((namespace) => {
    const within = lying.get(namespace.inode)?.length;
    const count = owned.get(namespace.inode);
    const words = (namespace.holders ?? []).map(visible);
    if (namespace.moreHolders) words.push(`${namespace.moreHolders} more`);
    if (within) words.push(`${counted(within, `${kindNames[kind]} namespace`)} in it`);
    if (count) words.push(`${counted(count, "namespace")} that it owns`);
    return [namespace.inode, words];
  }));
}

/** The processes whose parents are in another namespace of a kind: by the inode of their own, in the order of their PIDs. */
export function arrivals(world, kind) {
  const found = new Map();
  for (const row of world.processes.values()) {
    const inode = row.ns?.[kind];
    if (!inode || !world.parent(row) || !world.borders(row).includes(kind)) continue;
    if (!found.has(inode)) found.set(inode, []);
    found.get(inode).push(row);
  }
  for (const list of found.values()) list.sort((a, b) => a.pid - b.pid);
  return found;
}
