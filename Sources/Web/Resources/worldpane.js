// The map of the course's world beside the lesson: the feed, the map of one kind of namespace, and the inspector. As long as
// nobody chooses a kind, the one is shown in which something has split off.

import { Inspector } from "./inspector.js";
import { KindTabs, liveliest } from "./kinds.js";
import { WorldMap } from "./map.js";
import { Card } from "./memberships.js";
import { sceneOf } from "./scene.js";
import { counted, visible } from "./text.js";
import { History, home, kindNames, listen } from "./world.js";

const find = (id) => document.getElementById(id);

/** The pane with the map. */
export class WorldPane {
  constructor() {
    home.name = "world";
    this.history = new History();
    this.wishes = { showsKernel: false, onlyBorders: false, user: "", unfolded: new Set() };
    this.shells = {};
    this.kind = undefined;
    this.isChosen = false;
    this.card = new Card(find("card"));
    this.map = new WorldMap(find("map"), {
      hover: (node, x, y) => this.card.show(this.history.live, node, x, y),
      leave: () => this.card.hide(),
      pick: (row) => this.pin(row),
      unfold: (node) => this.unfold(node),
    });
    this.inspector = new Inspector(find("inspector"), { close: () => this.unpin(), pick: (row) => this.pin(row) });
    this.tabs = new KindTabs(find("kinds"), (kind) => this.choose(kind), { hasKeys: false });
    find("nearer").addEventListener("click", () => this.zoom(1.35));
    find("further").addEventListener("click", () => this.zoom(1 / 1.35));
    find("whole").addEventListener("click", () => this.zoom(0));
    new ResizeObserver(() => this.soon()).observe(find("map"));
    listen((event) => this.hear(event), () => {});
  }

  hear(event) {
    const { live } = this.history;
    // Another lesson's world: its letters begin again.
    if (event.setting) live.letters.clear();
    event.processes.forEach((row) => this.giveRole(row));
    const known = new Set(event.setting ? [] : live.namespaces.keys());
    this.history.take({ ...event, time: Date.now() });
    if (!event.setting) this.announce(event, known);
    this.soon();
  }

  /** Which processes are the shells of the page, by their PIDs. */
  showShells(shells) {
    this.shells = shells;
    for (const row of this.history.live.processes.values()) this.giveRole(row);
    this.soon();
  }

  giveRole(row) {
    const shell = Object.keys(this.shells).find((name) => this.shells[name] === row.pid);
    row.role = shell && row.ppid === 1 ? `shell ${shell}` : undefined;
  }

  announce(event, known) {
    const fresh = event.namespaces.filter((one) => !known.has(one.key)).slice(0, 3);
    if (!fresh.length) return;
    find("news").textContent = fresh.map((one) => `New ${kindNames[one.kind]} namespace ${this.history.live.letter(one.kind, one.inode)}.`).join(" ");
  }

  /** Shows the world once, before the next frame, however often it is asked to. */
  soon() {
    if (this.isWanted) return;
    this.isWanted = true;
    const now = () => {
      this.isWanted = false;
      this.show();
    };
    if (document.hidden) setTimeout(now, 200);
    else requestAnimationFrame(now);
  }

  show() {
    const world = this.history.live;
    const kind = this.isChosen ? this.kind : liveliest(world, this.kind);
    const isFresh = kind !== this.kind;
    this.kind = kind;
    if (isFresh) this.map.view.isFree = false;
    this.map.show(sceneOf(world, kind, this.wishes), isFresh);
    this.map.mark(this.inspector.row?.key, null);
    this.inspector.update(world);
    this.tabs.draw(world, kind);
    if (isFresh) this.tabs.reveal(kind);
    find("hint").textContent = [
      counted(world.ofKind(kind).length, `${kindNames[kind]} namespace`), counted(world.processes.size, "process", "processes"),
      ...world.gaps,
    ].join(" · ");
  }

  choose(kind) {
    this.isChosen = true;
    this.kind = kind;
    this.wishes.unfolded.clear();
    this.map.view.isFree = false;
    this.show();
    this.tabs.reveal(kind);
  }

  /** Another lesson: what was chosen for the one before counts no more. */
  begin() {
    this.isChosen = false;
    this.wishes.unfolded.clear();
    this.map.view.isFree = false;
    this.unpin();
  }

  pin(row) {
    this.card.hide();
    this.inspector.pin(row, this.history.live);
    document.body.classList.add("inspecting");
    this.soon();
    find("inspector").querySelector("h2").focus({ preventScroll: true });
  }

  unpin() {
    const hadFocus = find("inspector").contains(document.activeElement);
    this.inspector.close();
    document.body.classList.remove("inspecting");
    this.soon();
    if (hadFocus) this.focus();
  }

  unfold(node) {
    this.wishes.unfolded.add(node.key);
    this.show();
    this.map.focus(node.members[0].key);
  }

  focus() {
    this.map.focus(this.map.focused);
  }

  /** Nearer or further; by 0, the whole map. */
  zoom(factor) {
    if (factor) this.map.view.zoom(factor);
    else this.map.view.release();
  }
}
