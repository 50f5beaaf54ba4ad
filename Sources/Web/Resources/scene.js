// What the map of one kind shows: continents, the forest on each, borders, and folds that stand for what looks alike. A
// value made of a world and of wishes; nothing here draws.

import { holders } from "./holders.js";
import { nests } from "./world.js";
import { shortened, visible } from "./text.js";

/** How many nodes are drawn at most before whole branches without a border are folded. */
const mostNodes = 520;

/**
 * A scene: `continents` by key, each with its `roots`; `nodes` by key. A node has a `row`, or is a fold of several
 * (`members`); `children` are nodes of the same continent, `crossings` those that were born across a border.
 */
export function sceneOf(world, kind, wishes) {
  const scene = { kind, world, continents: new Map(), nodes: new Map(), kept: holders(world, kind) };
  const rows = chosen(world, wishes);
  for (const namespace of world.ofKind(kind)) addContinent(scene, namespace.inode, namespace);
  for (const row of rows.values()) addNode(scene, row, rows);
  for (const node of scene.nodes.values()) place(scene, node, rows);
  let limit = Infinity;
  const plain = scene.nodes;
  fold(scene, wishes, limit);
  for (limit of [24, 12, 6, 3, 1]) {
    if (scene.nodes.size <= mostNodes) break;
    scene.nodes = plain;
    fold(scene, wishes, limit);
  }
  for (const [key, one] of scene.continents) {
    if (!one.namespace && !one.roots.length) scene.continents.delete(key);
  }
  nestOrLink(scene);
  return scene;
}

/** The rows that are to be shown: a filter keeps the ancestors of what it keeps, so that descent stays whole. */
function chosen(world, wishes) {
  const rows = new Map();
  const isWanted = (row) => {
    if (row.kernel && !wishes.showsKernel) return false;
    if (wishes.user !== "" && String(row.uid) !== wishes.user) return false;
    return !wishes.onlyBorders || world.borders(row).length > 0;
  };
  for (const row of world.processes.values()) {
    if (!isWanted(row) || rows.has(row.key)) continue;
    for (let one = row; one && !rows.has(one.key); one = world.parent(one)) {
      if (one.kernel && !wishes.showsKernel) break;
      rows.set(one.key, one);
    }
  }
  return rows;
}

function addContinent(scene, inode, namespace) {
  const key = `${scene.kind}:${inode}`;
  if (scene.continents.has(key)) return scene.continents.get(key);
  const index = inode === "?" ? -2 : scene.world.letterIndex(scene.kind, inode);
  const continent = {
    key, kind: scene.kind, inode, namespace, index, letter: index >= 0 ? scene.world.letter(scene.kind, inode) : "",
    roots: [], nested: [], count: scene.world.count(scene.kind, inode), links: new Map(), outer: null,
    kept: scene.kept.get(inode)?.[0] ?? "",
  };
  scene.continents.set(key, continent);
  return continent;
}

function addNode(scene, row) {
  const continent = addContinent(scene, scene.world.membership(row, scene.kind), null);
  const borders = scene.world.borders(row);
  scene.nodes.set(row.key, {
    key: row.key, row, borders, continent, parent: null, from: null, children: [], crossings: [], members: [row],
  });
}

function place(scene, node, rows) {
  const parentRow = scene.world.parent(node.row);
  const parent = parentRow && rows.has(parentRow.key) ? scene.nodes.get(parentRow.key) : null;
  if (parent && parent.continent === node.continent) {
    node.parent = parent;
    parent.children.push(node);
  } else {
    node.continent.roots.push(node);
    if (parent) {
      node.from = parent;
      parent.crossings.push(node);
    }
  }
}

/** What two branches must share to look alike: all but their numbers. Empty for one that must stay visible. */
function shapeOf(node, shapes) {
  if (shapes.has(node)) return shapes.get(node);
  const inner = node.children.map((child) => shapeOf(child, shapes));
  const isPlain = !node.borders.length && !node.crossings.length && inner.every((shape) => shape);
  const shape = isPlain
    ? `${node.row.name}\u0000${node.row.ns ? node.row.uid : "unread"}\u0000${node.row.condition ?? ""}${node.row.role ?? ""}(${inner.sort().join(",")})` : "";
  shapes.set(node, shape);
  return shape;
}

/**
 * Joins siblings that look alike, and where a limit is given, all unchanged siblings beyond it.
 * What is unfolded by a wish stays as it is.
 */
function fold(scene, wishes, limit) {
  const shapes = new Map();
  const nodes = new Map();
  const keep = (node, siblings) => {
    const copy = { ...node, children: [] };
    nodes.set(copy.key, copy);
    copy.children = joined(node.key, node.children);
    for (const child of copy.children) child.parent = copy;
    return copy;
  };
  const foldOf = (key, members, name) => {
    const all = members.flatMap((member) => everyone(member));
    const made = { ...members[0], key, name, members: all, isFold: true, children: [], crossings: [] };
    nodes.set(key, made);
    return made;
  };
  const joined = (owner, siblings) => {
    const groups = new Map();
    for (const node of siblings) {
      const shape = shapeOf(node, shapes) || node.key;
      if (!groups.has(shape)) groups.set(shape, []);
      groups.get(shape).push(node);
    }
    const result = [];
    const rest = [];
    const turns = new Map();
    for (const [shape, members] of groups) {
      // Branches of one name may look different further down: each kind of them has a fold of its own.
      const name = shape.split("\u0000", 2).join(":");
      const turn = turns.get(name) ?? 0;
      turns.set(name, turn + 1);
      const key = `fold:${owner}:${name}${turn ? `:${turn}` : ""}`;
      const isPlain = shape !== members[0].key;
      if (members.length > 1 && isPlain && !wishes.unfolded.has(key)) {
        if (result.length >= limit && members.length) rest.push(...members);
        else result.push(foldOf(key, members, members[0].row.name));
      } else if (isPlain && result.length >= limit && !wishes.unfolded.has(`more:${owner}`)) {
        rest.push(...members);
      } else {
        result.push(...members.map((member) => keep(member)));
      }
    }
    if (rest.length === 1) result.push(keep(rest[0]));
    else if (rest.length) result.push(foldOf(`more:${owner}`, rest, "more"));
    return result;
  };
  for (const continent of scene.continents.values()) {
    continent.all = continent.all ?? continent.roots;
    continent.roots = joined(continent.key, continent.all);
    for (const root of continent.roots) root.parent = null;
  }
  scene.nodes = nodes;
  for (const node of nodes.values()) {
    if (node.from) node.from = nodes.get(node.from.key) ?? null;
    node.crossings = node.crossings.map((one) => nodes.get(one.key)).filter(Boolean);
  }
}

function everyone(node) {
  return [node.row, ...node.children.flatMap(everyone)];
}

/** Of kinds that nest, what lies in what; of the others, across which sea each continent was reached. */
function nestOrLink(scene) {
  for (const continent of scene.continents.values()) {
    const links = new Map();
    for (const root of continent.roots) {
      if (root.from) links.set(root.from.continent, (links.get(root.from.continent) ?? 0) + 1);
    }
    const parent = continent.namespace?.parent;
    const outer = nests(scene.kind) && parent ? scene.continents.get(`${scene.kind}:${parent}`) : null;
    continent.outer = outer && outer !== continent ? outer : null;
    continent.origin = [...links].sort((a, b) => b[1] - a[1]).map(([from]) => from)[0] ?? null;
    // One without inhabitants lies beside the machine's own.
    if (!continent.roots.length && continent.index !== -1 && !continent.outer) {
      continent.origin = [...scene.continents.values()].find((one) => one.index === -1) ?? null;
    }
  }
  for (const continent of scene.continents.values()) {
    if (reaches(continent.outer, continent, "outer")) continent.outer = null;
    if (reaches(continent.origin, continent, "origin")) continent.origin = null;
    continent.outer?.nested.push(continent);
  }
}

/** Whether a chain of continents leads back to where it starts. */
function reaches(start, goal, step) {
  for (let one = start, count = 0; one && count < 1000; one = one[step], count += 1) {
    if (one === goal) return true;
  }
  return false;
}

/** The words of a node on the map. */
export function captionOf(node) {
  const name = shortened(visible(node.isFold ? node.name : node.row.name), 26);
  if (node.isFold) return node.name === "more" ? `${node.members.length} more` : `${node.members.length} × ${name}`;
  return node.row.kernel ? `[${name}]` : name;
}

/** The number beside it: its PID, and its innermost PID where it has another there; and what it is on the page, if anything. */
export function numberOf(node) {
  if (node.isFold) return "";
  const inside = node.row.inside?.length ? ` → ${node.row.inside.join(" → ")}` : "";
  return `${node.row.pid}${inside}${node.row.role ? ` · ${node.row.role}` : ""}`;
}
