// Where everything lies: each continent's forest in columns of indented rows, continents beside those they came from. A
// value made of a scene and of the window's shape; nothing here draws.

import { captionOf, numberOf } from "./scene.js";
import { home } from "./world.js";
import { counted, shortened, widthOf } from "./text.js";

export const row = 24;
/** The room for a sign above a node. */
export const signRow = 24;
const indent = 20;
const gap = 30;
const shore = 34;
const sea = 84;
const heading = 40;

/** The fonts of the map, which labels are measured in. */
export const fonts = {
  name: "500 13px Inter, system-ui, sans-serif", number: "11px Inter, system-ui, sans-serif",
  tags: "600 11px Inter, system-ui, sans-serif", title: "650 13.5px Inter, system-ui, sans-serif",
  subtitle: "11.5px Inter, system-ui, sans-serif",
};

/**
 * Lays a scene out for a window of `width` × `height` pixels.
 *
 * Gives every node `x`, `y` (of its dot) and `width`, every continent `x`, `y`, `width`, `height`, and the whole its size.
 * `former` is the layout before: its breaks are kept unless others fit much better, so that little moves.
 */
export function layOut(scene, window, former) {
  for (const node of scene.nodes.values()) node.isSignAbove = Boolean(node.from) && (!isWide(window) || isWithin(node));
  for (const node of scene.nodes.values()) measure(node);
  const heights = [180, 250, 340, 460, 620, 820, 1100, 1500, 2000, 2700, 3600, 4800];
  const tried = (height) => {
    const size = placeAll(scene, height, window);
    // A telephone is scrolled down rather than across.
    const depth = window.width < 600 ? window.height * 3 : window.height;
    return { height, size, scale: Math.min(window.width / size.width, depth / size.height, 1.15) };
  };
  let best = null;
  for (const height of heights) {
    const one = tried(height);
    if (!best || one.scale > best.scale * 1.001) best = one;
  }
  if (former && former.kind === scene.kind) {
    const same = tried(former.height);
    if (same.scale > best.scale * 0.82) best = same;
  }
  placeAll(scene, best.height, window);
  const born = [...scene.nodes.values()].filter((node) => node.from);
  // Ways to several columns of continents would run over those before: they run between them.
  if (!born.every((node) => node.isSignAbove || isNext(node))) for (const node of born) node.isSignAbove = true;
  const size = placeAll(scene, best.height, window);
  return { kind: scene.kind, height: best.height, width: size.width, depth: size.height };
}

const isWide = (window) => window.width > window.height * 0.9;

/** Whether a child and its parent across a border are on continents of which one lies in the other, or both in a third. */
const isWithin = (node) => outermostOf(node.continent) === outermostOf(node.from.continent);

const isNext = (node) => areNeighbours(outermostOf(node.from.continent), outermostOf(node.continent));

/** Whether one continent lies across a single stretch of sea to the right of another. */
export function areNeighbours(from, to) {
  const distance = to.x - from.x - from.width;
  return distance > 0 && distance < sea + 40;
}

function measure(node) {
  const tags = node.borders.filter((kind) => kind !== node.continent.kind);
  node.caption = captionOf(node);
  node.number = numberOf(node);
  node.sign = node.from ? node.borders.map((kind) => `+${kind}`).join(" ") || "joined" : "";
  node.signWidth = node.sign ? 16 + widthOf(node.sign, fonts.tags) : 0;
  // What the sign over the sea says is not said again.
  node.tags = node.from ? "" : tags.map((kind) => `+${kind}`).join(" ");
  node.nameWidth = widthOf(node.caption, fonts.name);
  node.numberWidth = node.number ? widthOf(node.number, fonts.number) + 7 : 0;
  node.width = 14 + node.nameWidth + node.numberWidth + (node.tags ? widthOf(node.tags, fonts.tags) + 8 : 0);
}

/** The size of a branch, its nodes placed relative to its corner. */
function branch(node, room) {
  const above = node.isSignAbove ? signRow : 0;
  const below = columns(node.children, room, indent, above + row);
  node.heads = below.heads;
  const width = Math.max(node.width + 10, node.isSignAbove ? node.signWidth : 0, below.width);
  return { node, width, height: above + row + below.height, above, below };
}

/** Puts branches below each other, and beside each other where they would be higher than the room. */
function columns(nodes, room, left, top) {
  const parts = [];
  const heads = [];
  let [x, y, width, height] = [left, 0, 0, 0];
  const sized = nodes.map((node) => branch(node, room));
  const total = sized.reduce((sum, one) => sum + one.height, 0);
  const count = Math.max(1, Math.ceil(total / room));
  const share = Math.max(total / count, Math.max(0, ...sized.map((one) => one.height)));
  for (const one of sized) {
    if (y > 0 && y + one.height / 2 > share + row / 2) {
      x += width + gap;
      [y, width] = [0, 0];
    }
    if (y === 0) heads.push(one.node);
    parts.push({ ...one, x, y: top + y });
    y += one.height;
    width = Math.max(width, one.width);
    height = Math.max(height, y);
  }
  return { parts, heads, width: nodes.length ? x + width : 0, height };
}

function settle(parts, x, y) {
  for (const part of parts) {
    part.node.x = x + part.x + 7;
    part.node.y = y + part.y + part.above + row / 2;
    settle(part.below.parts, x + part.x, y + part.y);
  }
}

/** Where things lie on one continent, from its corner: its heading, its forest, and the continents in it. */
function interior(continent, room, window) {
  const forest = columns(continent.roots, room, 0, 0);
  continent.heads = forest.heads;
  const title = titleOf(continent);
  const nested = continent.nested.map((one) => interior(one, room, window));
  const wide = Math.max(forest.width, title);
  const inner = packed(nested, Math.max(wide, room * 1.4), 30);
  const beside = nested.length && forest.height > inner.height * 0.6 && window.width > window.height;
  const width = beside ? wide + 56 + inner.width : Math.max(wide, inner.width);
  const below = forest.height ? forest.height + 40 : 10;
  const height = heading + (beside ? Math.max(forest.height, inner.height) : forest.height + (nested.length ? inner.height + 40 : 0));
  return {
    continent, width: width + 2 * shore, height: height + 2 * shore,
    settle(x, y) {
      Object.assign(continent, { x, y, width: width + 2 * shore, height: height + 2 * shore, forest });
      settle(forest.parts, x + shore, y + shore + heading);
      const [left, top] = beside ? [wide + 56, heading] : [0, heading + below];
      inner.settle(x + shore + left, y + shore + top);
    },
  };
}

/** What a continent's heading says, and how wide it is. */
function titleOf(continent) {
  const { kind, index, count, kept, letter } = continent;
  const uninhabited = `uninhabited${kept && ` · ${shortened(kept, 34)}`}`;
  continent.title = index === -1 ? `the ${home.name}` : index === -2 ? "not readable" : `${kind}:[${continent.inode}]`;
  continent.subtitle = count ? counted(count, "process", "processes") : uninhabited;
  const words = Math.max(widthOf(continent.title, fonts.title), widthOf(continent.subtitle, fonts.subtitle));
  continent.titleWidth = words + (letter ? 20 + 10 * letter.length : 0);
  return continent.titleWidth;
}

/** Puts boxes into rows of about one width. */
function packed(boxes, limit, between) {
  const places = [];
  let [x, y, line, width] = [0, 0, 0, 0];
  for (const box of boxes) {
    if (x > 0 && x + box.width > limit) {
      y += line + between;
      [x, line] = [0, 0];
    }
    places.push({ box, x, y });
    x += box.width + between;
    line = Math.max(line, box.height);
    width = Math.max(width, x - between);
  }
  return {
    width, height: y + line,
    settle: (left, top) => places.forEach((one) => one.box.settle(left + one.x, top + one.y)),
  };
}

/** The whole sea: outermost continents, each with those that were reached from it to its right, or below it. */
function placeAll(scene, room, window) {
  const outermost = [...scene.continents.values()].filter((one) => !one.outer);
  const reached = new Map(outermost.map((one) => [one, []]));
  const first = [];
  for (const one of outermost) {
    const origin = outermostOf(one.origin);
    if (origin && origin !== one) reached.get(origin).push(one);
    else first.push(one);
  }
  // Who lies where follows from where they came from, so that few ways cross.
  const ranks = new Map([...scene.nodes.values()].map((node, index) => [node.key, index]));
  const rank = (one) => (one.roots[0]?.from ? ranks.get(one.roots[0].from.key) : Infinity);
  const wide = isWide(window);
  const group = (continent) => {
    const own = interior(continent, room, window);
    const others = reached.get(continent).sort((a, b) => rank(a) - rank(b) || a.index - b.index).map(group);
    if (!others.length) return own;
    const limit = wide ? Math.max(own.height / 1.2, 420) : Math.max(own.width, window.width);
    const beyond = wide ? stacked(others, Math.max(own.height, 420), sea / 2) : packed(others, limit, sea / 2);
    const width = wide ? own.width + sea + beyond.width : Math.max(own.width, beyond.width);
    const height = wide ? Math.max(own.height, beyond.height) : own.height + sea + beyond.height;
    return {
      width, height,
      settle(x, y) {
        own.settle(x, wide ? y + Math.max(0, (beyond.height - own.height) / 2) : y);
        if (wide) beyond.settle(x + own.width + sea, y + Math.max(0, (own.height - beyond.height) / 2));
        else beyond.settle(x, y + own.height + sea);
      },
    };
  };
  const groups = first.map(group);
  const area = groups.reduce((sum, one) => sum + one.width * one.height, 0);
  const limit = Math.max(Math.sqrt((area * window.width) / window.height), ...groups.map((one) => one.width));
  const all = packed(groups, limit * 1.1, sea);
  all.settle(0, 0);
  return all;
}

function outermostOf(continent) {
  let one = continent;
  while (one?.outer) one = one.outer;
  return one;
}

/** Puts boxes into columns of about one height. */
function stacked(boxes, limit, between) {
  const places = [];
  let [x, y, line, height] = [0, 0, 0, 0];
  for (const box of boxes) {
    if (y > 0 && y + box.height > limit) {
      x += line + between;
      [y, line] = [0, 0];
    }
    places.push({ box, x, y });
    y += box.height + between;
    line = Math.max(line, box.width);
    height = Math.max(height, y - between);
  }
  return {
    width: x + line, height,
    settle: (left, top) => places.forEach((one) => one.box.settle(left + one.x, top + one.y)),
  };
}
