// How much of the map is seen: dragging, turning the wheel, pinching, and the keys that do the same.

const still = matchMedia("(prefers-reduced-motion: reduce)");
const limits = [0.12, 3];
/** How small a map may be made by itself on a telephone. */
const least = 0.8;

/** The window over a map. */
export class MapView {
  constructor(element, root) {
    this.element = element;
    this.root = root;
    this.at = { x: 0, y: 0, k: 1 };
    this.isFree = false;
    this.hasFitted = false;
    this.pointers = new Map();
    this.listen();
  }

  /** The window's size in pixels, and what of it is covered by what lies over the map. */
  size() {
    const box = this.element.getBoundingClientRect();
    return { width: box.width, height: box.height };
  }

  apply() {
    const { x, y, k } = this.at;
    this.root.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${k.toFixed(4)})`);
    this.element.classList.toggle("far", k < 0.55);
    this.element.style.setProperty("--k", k);
  }

  /** Shows the whole map, unless somebody has chosen what to see. */
  fit(size, isInstant) {
    this.whole = size;
    if (this.isFree) return;
    const window = this.size();
    const margin = Math.min(36, window.width * 0.03, window.height * 0.06);
    const across = (window.width - 2 * margin) / size.width;
    const down = (window.height - 2 * margin) / size.depth;
    // On a telephone words stay readable: a map that would be too small is longer than the window.
    const isLong = window.width < 600 && down < least;
    const k = isLong ? Math.min(1, Math.max(least, across)) : Math.max(window.width < 600 ? least : 0.3, Math.min(across, down, 1.15));
    const x = Math.max(margin, (window.width - size.width * k) / 2);
    const y = Math.max(margin, (window.height - size.depth * k) / 2);
    this.hasFitted = true;
    this.go({ x, y, k }, isInstant);
  }

  go(goal, isInstant) {
    cancelAnimationFrame(this.frame);
    if (isInstant || still.matches || document.hidden) {
      this.at = goal;
      return this.apply();
    }
    const from = this.at;
    if (Math.abs(from.x - goal.x) + Math.abs(from.y - goal.y) < 0.5 && Math.abs(from.k - goal.k) < 0.001) return;
    const began = performance.now();
    const turn = (now) => {
      const t = Math.min(1, (now - began) / 600);
      const e = 1 - (1 - t) ** 3;
      this.at = { x: from.x + (goal.x - from.x) * e, y: from.y + (goal.y - from.y) * e, k: from.k + (goal.k - from.k) * e };
      this.apply();
      if (t < 1) this.frame = requestAnimationFrame(turn);
    };
    this.frame = requestAnimationFrame(turn);
  }

  /** Shows the whole map again, from now on. */
  release() {
    this.isFree = false;
    if (this.whole) this.fit(this.whole, false);
  }

  /** Comes nearer or goes further, around a point of the window. */
  zoom(factor, centre, isInstant) {
    const { width, height } = this.size();
    const point = centre ?? { x: width / 2, y: height / 2 };
    const k = Math.min(limits[1], Math.max(limits[0], this.at.k * factor));
    const scale = k / this.at.k;
    this.isFree = true;
    this.go({ k, x: point.x - (point.x - this.at.x) * scale, y: point.y - (point.y - this.at.y) * scale }, isInstant);
  }

  /** Brings a place of the map into the window. */
  reveal(place, width) {
    const window = this.size();
    const [x, y] = [place.x * this.at.k + this.at.x, place.y * this.at.k + this.at.y];
    const wide = Math.min(width * this.at.k, window.width * 0.6);
    const dx = x < 40 ? 40 - x : x + wide > window.width - 40 ? window.width - 40 - x - wide : 0;
    const dy = y < 50 ? 50 - y : y > window.height - 60 ? window.height - 60 - y : 0;
    if (!dx && !dy) return;
    this.isFree = true;
    this.go({ k: this.at.k, x: this.at.x + dx, y: this.at.y + dy }, false);
  }

  listen() {
    const place = (event) => {
      const box = this.element.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    this.element.addEventListener("wheel", (event) => {
      event.preventDefault();
      const amount = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
      this.zoom(Math.exp(-amount * (event.ctrlKey ? 0.01 : 0.0016)), place(event), true);
    }, { passive: false });
    this.element.addEventListener("pointerdown", (event) => {
      this.pointers.set(event.pointerId, place(event));
      this.wasDragged = false;
      this.pressed = place(event);
    });
    this.element.addEventListener("pointermove", (event) => {
      if (this.pointers.has(event.pointerId)) this.drag(event.pointerId, place(event));
    });
    for (const name of ["pointerup", "pointercancel", "pointerleave"]) {
      this.element.addEventListener(name, (event) => this.pointers.delete(event.pointerId));
    }
  }

  drag(id, now) {
    const before = this.pointers.get(id);
    const other = [...this.pointers].find(([key]) => key !== id)?.[1];
    if (Math.hypot(now.x - this.pressed.x, now.y - this.pressed.y) > 4) this.wasDragged = true;
    if (!this.wasDragged) return;
    this.pointers.set(id, now);
    this.isFree = true;
    if (other) {
      const [was, is] = [Math.hypot(before.x - other.x, before.y - other.y), Math.hypot(now.x - other.x, now.y - other.y)];
      return this.zoom(is / (was || 1), other, true);
    }
    cancelAnimationFrame(this.frame);
    this.at = { ...this.at, x: this.at.x + now.x - before.x, y: this.at.y + now.y - before.y };
    this.apply();
  }
}
