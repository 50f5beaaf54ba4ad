// The ways over the sea: a line from each parent to a child that was born across a border, and the sign that names the
// border. Where all continents that are reached are neighbours, ways run freely, each with its sign where that covers no
// word. To what lies further off, below or within they run along coasts, and the sign stands above the child, where the
// layout left room.

import { looksOf } from "./looks.js";
import { areNeighbours, fonts, row, signRow } from "./layout.js";
import { svg, widthOf } from "./text.js";

const strand = 20;
const places = [0.73, 0.65, 0.8, 0.57, 0.5, 0.87, 0.42, 0.35, 0.28, 0.2];

/** The ways and signs of a map, in two layers of it. */
export class Crossings {
  constructor(seas, signs) {
    this.seas = seas;
    this.signs = signs;
    this.ways = new Map();
  }

  /** Shows those of a scene that was laid out; `items` are what the map has drawn of its nodes, by keys. */
  show(scene, items) {
    this.items = items;
    const seen = new Set();
    for (const node of scene.nodes.values()) {
      if (!node.from) continue;
      const key = `${node.from.key}>${node.key} ${node.sign} ${node.continent.index}`;
      seen.add(key);
      if (!this.ways.has(key)) this.ways.set(key, this.open(node));
      Object.assign(this.ways.get(key), { from: node.from, to: node, drawn: null });
    }
    for (const [key, way] of this.ways) {
      if (seen.has(key)) continue;
      this.ways.delete(key);
      way.path.remove();
      way.sign.remove();
    }
    this.settle(scene);
  }

  open(node) {
    const looks = looksOf(node.continent.index);
    const width = node.signWidth;
    const way = { path: svg("path", { class: `crossing ${looks}` }), sign: svg("g", { class: `sign ${looks}` }) };
    way.sign.append(
      svg("rect", { x: -width / 2, y: -10, width, height: 20, rx: 10 }),
      svg("text", { y: 4, "text-anchor": "middle" }, node.sign));
    this.seas.append(way.path);
    this.signs.append(way.sign);
    return way;
  }

  /** Finds for each way where it runs, and for its sign a place, when everything has come to rest. */
  settle(scene) {
    const [words, land] = [wordsOf(scene), new Boxes(scene.continents.values())];
    for (const way of this.ways.values()) {
      const { from, to } = way;
      if (to.isSignAbove) {
        way.strand = strandOf(from, to);
        continue;
      }
      const curve = curveOf(from, from.width, to);
      const back = Math.min(0, 34 - to.signWidth / 2);
      const boxes = places.map((t) => boxAround(pointOn(curve, t), to.signWidth, back));
      // Words come first; where none are covered, a sign stands in the sea rather than on land.
      const costs = boxes.map((box) => words.covered(box) * 1000 + land.covered(box));
      const best = costs.indexOf(Math.min(...costs));
      Object.assign(way, { place: places[best], back });
      words.add(boxes[best]);
    }
  }

  /** Draws the ways between the places where parents and children are at this moment. */
  draw() {
    for (const way of this.ways.values()) {
      const [a, b] = [this.items.get(way.from.key)?.now, this.items.get(way.to.key)?.now];
      if (!a || !b) continue;
      const key = `${a.x} ${a.y} ${b.x} ${b.y}`;
      if (way.drawn === key) continue;
      way.drawn = key;
      const { line, x, y } = way.to.isSignAbove ? alongCoast(a, b, way) : overSea(a, b, way);
      way.path.setAttribute("d", line);
      way.sign.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
    }
  }
}

/** Where the words of a scene stand. */
function wordsOf(scene) {
  return new Boxes([
    ...[...scene.nodes.values()].map((node) => ({ x: node.x - 9, y: node.y - 9, width: node.width + 9, height: 18 })),
    ...[...scene.continents.values()].map((one) => ({ x: one.x + 34, y: one.y + 28, width: one.titleWidth, height: 30 })),
  ]);
}

/** Boxes by squares of the map, so that few have to be looked at. */
class Boxes {
  constructor(boxes) {
    this.squares = new Map();
    for (const box of boxes) this.add(box);
  }

  * near(box) {
    const [side, end] = [128, (from, size) => Math.floor((from + size) / 128)];
    for (let i = Math.floor(box.x / side); i <= end(box.x, box.width); i += 1) {
      for (let j = Math.floor(box.y / side); j <= end(box.y, box.height); j += 1) yield `${i} ${j}`;
    }
  }

  add(box) {
    for (const square of this.near(box)) {
      if (!this.squares.has(square)) this.squares.set(square, []);
      this.squares.get(square).push(box);
    }
  }

  /** How much of all boxes another would cover, what lies within another counted again. */
  covered(box) {
    const found = new Set([...this.near(box)].flatMap((square) => this.squares.get(square) ?? []));
    const shared = (one, from, size) =>
      Math.max(0, Math.min(one[from] + one[size], box[from] + box[size]) - Math.max(one[from], box[from]));
    return [...found].reduce((sum, one) => sum + shared(one, "x", "width") * shared(one, "y", "height"), 0);
  }
}

const boxAround = (point, width, back) => ({ x: point.x + back - width / 2 - 4, y: point.y - 12, width: width + 8, height: 24 });

function curveOf(a, width, b) {
  const start = { x: a.x + Math.min(width, 400) + 2, y: a.y };
  const end = { x: b.x - 12, y: b.y };
  const reach = end.x > start.x ? Math.max(46, (end.x - start.x) / 2) : 70;
  const away = end.x > start.x ? { x: end.x - reach, y: end.y } : { x: end.x - 70, y: end.y };
  return [start, { x: start.x + reach, y: start.y }, away, end];
}

function pointOn([p, q, r, s], t) {
  const u = 1 - t;
  const place = (axis) => u ** 3 * p[axis] + 3 * u * u * t * q[axis] + 3 * u * t * t * r[axis] + t ** 3 * s[axis];
  return { x: place("x"), y: place("y") };
}

function overSea(a, b, way) {
  const curve = curveOf(a, way.from.width, b);
  const [p, q, r, s] = curve.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`);
  const { x, y } = pointOn(curve, way.place);
  return { line: `M${p}C${q} ${r} ${s}`, x: x + way.back, y };
}

/**
 * Where a way runs along coasts: out to the left of all words of the parent's continent, or to the right where the other lies
 * beside; then over the sea above the one that is reached, and down within its coast. As distances from the parent and from
 * the child, so that it moves with them.
 */
function strandOf(from, to) {
  const hull = enclosing(from.continent, to.continent);
  let goal = to.continent;
  while (goal.outer && goal !== hull && goal.outer !== hull) goal = goal.outer;
  // Ways to different continents run beside each other.
  const aside = (Math.max(0, to.continent.index) % 4) * 4 - 6;
  const home = hull ?? outermost(from.continent);
  const isBeside = Boolean(hull) && goal !== hull && goal.x > from.x + from.width && goal.y < from.y;
  const isOver = !hull && goal.x > home.x + home.width;
  const out = isBeside ? hull.nested[0].x - strand : isOver ? home.x + home.width + strand : home.x + strand;
  const isNext = goal === hull || (isBeside && goal === hull.nested[0]) || (isOver && areNeighbours(home, goal));
  return {
    isBeside, out: out + aside - from.x, lane: isNext ? null : goal.y - 10 - aside / 2 - to.y,
    into: Math.min(goal.x + strand + aside, to.x - 14) - to.x,
  };
}

/** The innermost continent in which two lie. */
function enclosing(a, b) {
  const around = new Set();
  for (let one = a; one; one = one.outer) around.add(one);
  let two = b;
  while (two && !around.has(two)) two = two.outer;
  return two ?? null;
}

function outermost(continent) {
  let one = continent;
  while (one.outer) one = one.outer;
  return one;
}

function alongCoast(a, b, { from, to, strand: { isBeside, out, lane, into } }) {
  const y = b.y - row / 2 - signRow / 2 + 1;
  const x = a.x + out;
  const away = isBeside ? [[a.x + from.width + 2, a.y], [x, a.y]] : [[a.x, a.y + 5], [a.x, a.y + row / 2], [x, a.y + row / 2]];
  const over = lane === null ? [[x, y]] : [[x, b.y + lane], [b.x + into, b.y + lane], [b.x + into, y]];
  return { line: rounded([...away, ...over, [b.x, y], [b.x, b.y - 6]]), x: b.x - 10 + to.signWidth / 2, y };
}

/** A line through points, its corners rounded. */
function rounded(points) {
  const text = (x, y) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  const inner = points.slice(1, -1).map(([x, y], index) => {
    const [before, after] = [points[index], points[index + 2]];
    const lengths = [before, after].map(([u, v]) => Math.hypot(u - x, v - y));
    const radius = Math.min(8, ...lengths.map((length) => length / 2));
    const towards = ([u, v], length) => text(x + ((u - x) * radius) / (length || 1), y + ((v - y) * radius) / (length || 1));
    return `L${towards(before, lengths[0])}Q${text(x, y)} ${towards(after, lengths[1])}`;
  });
  return `M${text(...points[0])}${inner.join("")}L${text(...points.at(-1))}`;
}
