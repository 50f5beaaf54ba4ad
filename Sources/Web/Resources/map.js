// The map itself: draws a scene that was laid out, moves what has moved, and can be walked through by keys. Nodes are
// items of a tree for those who hear the page instead of seeing it.

import { coastAround, pathOf, resampled } from "./coast.js";
import { Crossings } from "./crossings.js";
import { layOut, row, signRow } from "./layout.js";
import { looksOf, nameOf } from "./looks.js";
import { MapView } from "./view.js";
import { kindNames } from "./world.js";
import { svg, visible } from "./text.js";

const duration = 900;
const still = matchMedia("(prefers-reduced-motion: reduce)");
const ease = (t) => (t < 0.5 ? 4 * t * t * t : 1 - (-2 * t + 2) ** 3 / 2);
const mix = (a, b, t) => a + (b - a) * t;

/** What is heard of a node. */
export function sentenceOf(node, world) {
  const where = nameOf(node.continent);
  if (node.isFold) return `${node.caption}, folded, in ${where}`;
  const parts = [visible(node.row.name), `PID ${node.row.pid}`, `in ${where}`];
  if (node.row.role) parts.push(node.row.role);
  if (!node.row.ns && !node.row.condition) parts.push("its namespaces may not be read");
  if (node.borders.length) parts.push(`not in its parent's ${node.borders.map((kind) => kindNames[kind]).join(", ")} namespace`);
  const parent = world.parent(node.row);
  if (parent) parts.push(`child of ${visible(parent.name)} ${parent.pid}`);
  if (node.row.condition) parts.push(node.row.condition);
  return parts.join(", ");
}

/** A map in an element. `on` is told of `hover`, `leave`, `pick` and `unfold`. */
export class WorldMap {
  constructor(host, on) {
    this.on = on;
    this.layers = Object.fromEntries(
      ["shallows", "land", "seas", "people", "signs"].map((name) => [name, svg("g", { class: name })]),
    );
    this.layers.people.setAttribute("role", "tree");
    this.layers.people.setAttribute("aria-label", "Processes, by namespace");
    for (const name of ["shallows", "land", "seas", "signs"]) this.layers[name].setAttribute("aria-hidden", "true");
    this.root = svg("g", {}, ...Object.values(this.layers));
    this.element = svg("svg", { class: "map", "data-kind": "", tabindex: "-1" }, this.root);
    host.append(this.element);
    this.view = new MapView(this.element, this.root);
    this.nodes = new Map();
    this.lands = new Map();
    this.crossings = new Crossings(this.layers.seas, this.layers.signs);
    this.focused = null;
    this.listen();
  }

  // What is to be seen.

  /** Shows a scene; `isFresh` when it is of another kind or time, so that nothing moves over. */
  show(scene, isFresh) {
    const window = this.view.size();
    if (!window.width) return;
    const fresh = isFresh || this.scene?.kind !== scene.kind;
    this.former = layOut(scene, window, fresh ? null : this.former);
    this.world = scene.world;
    this.scene = scene;
    this.element.dataset.kind = scene.kind;
    const began = performance.now();
    this.instant = fresh || still.matches || document.hidden;
    this.sunken = [];
    this.showLands(scene);
    this.showNodes(scene);
    // By now whoever lives on has left.
    this.sunken.forEach(dismiss);
    this.crossings.show(scene, this.nodes);
    this.view.fit(this.former, this.instant || !this.view.hasFitted);
    this.start(began);
    this.keepFocus();
    this.mark();
  }

  showLands(scene) {
    const seen = new Set();
    const order = [...scene.continents.values()].sort((a, b) => depthOf(a) - depthOf(b));
    let before = null;
    for (const continent of order) {
      seen.add(continent.key);
      let land = this.lands.get(continent.key);
      const isSame = land && land.id === (continent.namespace?.id ?? null);
      if (land && !isSame) this.sink(continent.key, land);
      if (!isSame) land = this.rise(continent);
      land.continent = continent;
      land.people = [];
      this.shape(land, continent);
      this.title(land, continent);
      insert(this.layers.land, land.path, before?.path);
      insert(this.layers.people, land.group, before?.group);
      before = land;
    }
    for (const [key, land] of this.lands) if (!seen.has(key)) this.sink(key, land);
  }

  rise(continent) {
    const looks = looksOf(continent.index);
    const land = {
      id: continent.namespace?.id ?? null, looks,
      shallows: svg("path", { class: `shallow ${looks}` }),
      path: svg("path", { class: `coast ${looks} ${continent.count ? "" : "empty"}` }),
      group: svg("g", { role: "group", class: `folk ${looks}` }),
      heading: svg("g", { class: "heading", "aria-hidden": "true" }),
      veins: svg("path", { class: "veins", "aria-hidden": "true" }),
    };
    land.group.append(land.veins, land.heading);
    this.layers.shallows.append(land.shallows);
    this.lands.set(continent.key, land);
    return land;
  }

  sink(key, land) {
    this.lands.delete(key);
    this.sunken.push(land.shallows, land.path, land.group);
  }

  /** The coast around all that is on a continent, where that has changed. */
  shape(land, continent) {
    const boxes = [{ x: continent.x + 34, y: continent.y + 30, width: continent.titleWidth, height: 26, margin: 27 }];
    for (const node of this.scene.nodes.values()) {
      if (node.continent !== continent) continue;
      boxes.push({ x: node.x - 9, y: node.y - 9, width: node.width + 12, height: 18, margin: 25 });
      if (node.isSignAbove) boxes.push({ x: node.x - 9, y: node.y - signRow - 9, width: node.signWidth, height: 18, margin: 25 });
      boxes.push(...bridges(node.heads));
    }
    boxes.push(...bridges(continent.heads));
    for (const inner of continent.nested) {
      boxes.push({ x: inner.x + 8, y: inner.y + 8, width: inner.width - 16, height: inner.height - 16, margin: 30 });
    }
    // What lies in it is joined to its own people by land.
    const first = continent.nested[0];
    if (first) boxes.push({ ...isthmus(continent, first), margin: 26 });
    const shape = boxes.map((box) => `${box.x | 0},${box.y | 0},${box.width | 0}`).join(";");
    if (shape === land.shape) return;
    land.shape = shape;
    const line = coastAround(boxes, typeof continent.inode === "number" ? continent.inode % 9973 : 1);
    const count = Math.max(48, Math.min(360, line.length));
    land.to = resampled(line, count);
    const start = land.now ?? this.birthplace(continent, land.to);
    land.from = start ? resampled(start, count) : land.to;
  }

  /** A new continent begins as a dot where its first inhabitant's parent is. */
  birthplace(continent, line) {
    const from = continent.roots[0]?.from;
    const parent = from && this.nodes.get(from.key);
    if (this.instant || !parent) return null;
    const centre = [parent.now.x + 10, parent.now.y];
    const middle = [continent.x + continent.width / 2, continent.y + continent.height / 2];
    return line.map(([x, y]) => [centre[0] + (x - middle[0]) * 0.06, centre[1] + (y - middle[1]) * 0.06]);
  }

  title(land, continent) {
    const { letter, title, subtitle } = continent;
    land.group.setAttribute("aria-label", `${nameOf(continent)}, ${subtitle}`);
    const key = `${letter} ${subtitle} ${continent.x | 0} ${continent.y | 0}`;
    if (land.titled === key) return;
    land.titled = key;
    const badge = letter
      ? [svg("rect", { class: "badge", x: -2, y: -15, width: 12 + 10 * letter.length, height: 22, rx: 7 }),
        svg("text", { class: "letter", x: 4 + 5 * letter.length, y: 1, "text-anchor": "middle" }, letter)] : [];
    const x = letter ? 20 + 10 * letter.length : 0;
    land.heading.replaceChildren(
      ...badge, svg("text", { class: "title", x, y: -3 }, title), svg("text", { class: "sub", x, y: 12 }, subtitle),
    );
    land.headingTo = { x: continent.x + 34, y: continent.y + 44 };
    land.headingNow ??= land.headingTo;
  }

  showNodes(scene) {
    const seen = new Set();
    for (const node of this.inOrder()) {
      seen.add(node.key);
      let item = this.nodes.get(node.key);
      const isNew = !item;
      if (isNew) item = this.settle(node);
      item.node = node;
      item.to = { x: node.x, y: node.y };
      if (isNew && this.instant) item.now = item.to;
      item.from = item.now;
      this.dress(item);
      const { group, people } = this.lands.get(node.continent.key);
      if (node.parent) people.push(node);
      if (item.element.parentNode !== group) group.append(item.element);
    }
    for (const [key, item] of this.nodes) {
      if (seen.has(key)) continue;
      this.nodes.delete(key);
      dismiss(item.element);
    }
  }

  settle(node) {
    const parent = this.nodes.get((node.parent ?? node.from)?.key);
    const item = {
      element: svg("g", { role: "treeitem", class: "node", tabindex: "-1", "data-key": node.key }),
      now: parent && !this.instant ? { ...parent.now } : { x: node.x, y: node.y },
    };
    this.nodes.set(node.key, item);
    return item;
  }

  dress(item) {
    const { node, element } = item;
    const isOpen = node.isFold ? "false" : null;
    const key = `${node.caption}|${node.number}|${node.tags}|${node.row.condition}|${Boolean(node.row.ns)}|${node.continent.index}`;
    element.setAttribute("aria-label", sentenceOf(node, this.world));
    if (item.dressed === key) return;
    item.dressed = key;
    if (isOpen) element.setAttribute("aria-expanded", isOpen);
    const classes = ["node", looksOf(node.continent.index)];
    if (node.isFold) classes.push("fold");
    if (node.borders.length) classes.push("border");
    if (node.row.condition) classes.push(node.row.condition);
    if (!node.row.ns && !node.isFold) classes.push("unread");
    element.setAttribute("class", classes.join(" "));
    const after = 9 + node.nameWidth + 7;
    element.replaceChildren(
      svg("rect", { class: "hit", x: -11, y: -row / 2 + 1, width: node.width + 14, height: row - 2, rx: 8 }),
      node.isFold ? svg("path", { class: "dot", d: "M-5 -3h10M-5 0h10M-5 3h10" }) : svg("circle", { class: "dot", r: node.borders.length ? 5 : 4 }),
      svg("text", { class: "name", x: 9, y: 4.5 }, node.caption),
      svg("text", { class: "number", x: after, y: 4.5 }, node.number),
      svg("text", { class: "tags", x: after + node.numberWidth, y: 4.5 }, node.tags),
    );
  }

  // Motion: everything goes from where it is to where it belongs, at once.

  start(began) {
    this.began = began;
    for (const land of this.lands.values()) land.headingFrom = land.headingNow;
    if (this.instant) return this.draw(1);
    if (this.frame) return;
    const turn = (now) => {
      const t = Math.min(1, Math.max(0, (now - this.began) / duration));
      this.draw(ease(t));
      this.frame = t < 1 ? requestAnimationFrame(turn) : null;
    };
    this.frame = requestAnimationFrame(turn);
  }

  draw(t) {
    for (const item of this.nodes.values()) {
      if (item.drawn && item.now.x === item.to.x && item.now.y === item.to.y) continue;
      item.now = { x: mix(item.from.x, item.to.x, t), y: mix(item.from.y, item.to.y, t) };
      item.element.setAttribute("transform", `translate(${item.now.x.toFixed(1)} ${item.now.y.toFixed(1)})`);
      item.drawn = true;
    }
    for (const land of this.lands.values()) this.drawLand(land, t);
    this.crossings.draw();
  }

  drawLand(land, t) {
    if (land.from) {
      land.now = land.to.map((point, index) => [mix(land.from[index][0], point[0], t), mix(land.from[index][1], point[1], t)]);
      const path = pathOf(land.now);
      land.path.setAttribute("d", path);
      land.shallows.setAttribute("d", path);
      if (t === 1) land.from = null;
    }
    if (land.headingFrom) {
      land.headingNow = { x: mix(land.headingFrom.x, land.headingTo.x, t), y: mix(land.headingFrom.y, land.headingTo.y, t) };
      land.heading.setAttribute("transform", `translate(${land.headingNow.x} ${land.headingNow.y})`);
    }
    let veins = "";
    for (const node of land.people) {
      const [a, b] = [this.nodes.get(node.parent.key)?.now, this.nodes.get(node.key).now];
      if (a) veins += vein(a, b);
    }
    if (veins !== land.drawnVeins) land.veins.setAttribute("d", veins);
    land.drawnVeins = veins;
  }

  // What is pointed at, looked for and walked through.

  /** Nodes from the top left on, each parent before its children. */
  inOrder() {
    const order = [];
    const walk = (node) => {
      order.push(node);
      node.children.forEach(walk);
    };
    for (const continent of this.scene.continents.values()) continent.roots.forEach(walk);
    return order;
  }

  listen() {
    const keyAt = (event) => event.target.closest?.(".node")?.dataset.key;
    const nodeAt = (event) => this.nodes.get(keyAt(event))?.node;
    this.element.addEventListener("pointermove", (event) => {
      const node = event.buttons ? null : nodeAt(event);
      if (node) this.on.hover(node, event.clientX, event.clientY);
      else this.on.leave();
    });
    this.element.addEventListener("pointerleave", () => this.on.leave());
    this.element.addEventListener("click", (event) => {
      const node = nodeAt(event);
      if (node && !this.view.wasDragged) this.choose(node);
    });
    this.element.addEventListener("focusin", (event) => {
      const key = keyAt(event);
      if (key) this.focused = key;
      const item = this.nodes.get(key);
      if (!item || !item.element.matches(":focus-visible")) return;
      this.view.reveal(item.to, item.node.width);
      const box = item.element.getBoundingClientRect();
      this.on.hover(item.node, box.right, box.bottom);
    });
    this.element.addEventListener("focusout", () => this.on.leave());
    this.element.addEventListener("keydown", (event) => this.walk(event));
  }

  choose(node) {
    this.focused = node.key;
    this.keepFocus();
    if (node.isFold) this.on.unfold(node);
    else this.on.pick(node.row);
  }

  walk(event) {
    const item = this.nodes.get(this.focused);
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const order = this.inOrder();
    const index = order.findIndex((node) => node.key === this.focused);
    const node = item.node;
    const other = (step) => {
      let at = index;
      while (order[at] && order[at].continent === node.continent) at += step;
      return order[at];
    };
    const goal = {
      ArrowDown: () => order[index + 1], ArrowUp: () => order[index - 1], Home: () => order[0], End: () => order.at(-1),
      ArrowLeft: () => node.parent ?? node.from, ArrowRight: () => node.children[0] ?? node.crossings[0],
      PageDown: () => other(1), PageUp: () => other(-1),
    }[event.key];
    if (goal) {
      event.preventDefault();
      if (event.key === "ArrowRight" && node.isFold) this.on.unfold(node);
      else this.focus(goal()?.key);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.choose(node);
    }
  }

  /** Moves the focus to a node. */
  focus(key) {
    const item = this.nodes.get(key);
    if (!item) return;
    this.focused = key;
    this.keepFocus();
    item.element.focus();
  }

  /** One node can be reached by Tab: the last one that had the focus, or what is nearest to it now. */
  keepFocus() {
    const hadFocus = this.element.contains(document.activeElement);
    if (!this.nodes.has(this.focused)) {
      this.focused = this.nodes.keys().next().value ?? null;
      if (hadFocus && this.focused) this.nodes.get(this.focused).element.focus();
    }
    if (this.tabbed !== this.focused) this.nodes.get(this.tabbed)?.element.setAttribute("tabindex", "-1");
    this.nodes.get(this.focused)?.element.setAttribute("tabindex", "0");
    this.tabbed = this.focused;
  }

  /** Shows which node is pinned and which are looked for. */
  mark(pinned = this.pinned, found = this.found) {
    this.pinned = pinned;
    this.found = found;
    this.element.classList.toggle("searching", Boolean(found));
    for (const [key, item] of this.nodes) {
      const isFound = found && item.node.members.some((member) => found.has(member.key));
      item.element.classList.toggle("found", Boolean(isFound));
      item.element.classList.toggle("pinned", key === pinned);
      if (key === pinned) item.element.setAttribute("aria-selected", "true");
      else item.element.removeAttribute("aria-selected");
    }
    for (const [key, land] of this.lands) land.path.classList.toggle("found", Boolean(found?.has(key)));
  }
}

/** Puts an element behind another of the same layer, unless it is there: whatever is moved loses the focus. */
function insert(layer, element, before) {
  const isBehind = !before || before.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING;
  if (element.parentNode !== layer || !isBehind) layer.append(element);
}

/** Takes an element away: at once for who hears the page, fading for who sees it. */
function dismiss(element) {
  const whole = [element, ...element.querySelectorAll("*")];
  for (const one of whole) {
    for (const name of ["role", "tabindex", "aria-label", "aria-expanded", "aria-selected", "data-key"]) one.removeAttribute(name);
  }
  element.setAttribute("aria-hidden", "true");
  element.classList.add("leaving");
  setTimeout(() => element.remove(), still.matches ? 0 : 400);
}

/** The land between the forest of a continent and what lies in it, beside or below. */
function isthmus(continent, first) {
  const [left, top] = [continent.x + 40, continent.y + 40];
  const { width, height } = continent.forest;
  if (first.y < continent.y + 100) return { x: left, y: top, width: first.x - left, height: Math.min(height, first.height - 80) };
  return { x: left, y: top, width: Math.max(20, Math.min(width, first.width) - 60), height: first.y - top };
}

/** The land between columns, at their heads. */
function bridges(heads) {
  return heads.slice(1).map((head, index) => {
    const before = heads[index];
    return { x: before.x, y: Math.min(before.y, head.y) - 9, width: head.x - before.x, height: 18, margin: 25 };
  });
}

function depthOf(continent) {
  let depth = 0;
  for (let one = continent.outer; one; one = one.outer) depth += 1;
  return depth;
}

/** From a parent down and to the right, to its child. */
function vein(a, b) {
  const x = a.x;
  if (b.x - a.x < 60) {
    const r = Math.min(8, Math.max(0, b.x - x), Math.abs(b.y - a.y));
    return `M${x.toFixed(1)} ${(a.y + 5).toFixed(1)}V${(b.y - r).toFixed(1)}q0 ${r} ${r} ${r}H${(b.x - 6).toFixed(1)}`;
  }
  // Into a further column: along below the parent, then down.
  const along = a.y + row / 2 + 1;
  const down = b.x - 13;
  return `M${x.toFixed(1)} ${(a.y + 5).toFixed(1)}V${(along - 5).toFixed(1)}q0 5 5 5H${(down - 6).toFixed(1)}q6 0 6 6V${(b.y - 8).toFixed(1)}q0 8 7 8`;
}
