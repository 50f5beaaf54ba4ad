// The table: all that the maps say in rows, for whoever reads better than they see. The namespaces of one kind stand above
// the processes; a namespace that is chosen leaves only the processes in it.

import { namespaceColumns, processColumns } from "./columns.js";
import { arrivals, holders, nested } from "./holders.js";
import { nameOf } from "./looks.js";
import { RowTable } from "./rows.js";
import { kindNames } from "./world.js";
import { counted, html } from "./text.js";

/** The two tables in an element; `pick` is told of a process that was chosen. */
export class WorldTable {
  constructor(element, pick) {
    this.kind = null;
    this.chosen = null;
    this.said = new Map();
    const [upper, lower] = ["namespaces", "processes"].map((id) => html("section", { id, class: "part" }));
    element.append(upper, lower);
    const kind = () => this.kind;
    this.namespaces = new RowTable(upper, {
      label: "Namespaces", perPage: 100, isToggled: true,
      columns: namespaceColumns(kind, (row) => this.said.get(row.key)), pick: (row) => this.choose(row),
      isChosen: (row) => row.key === this.chosen?.key, state: (world, row) => this.said.get(row.key).text,
    });
    this.all = html("button", { type: "button", class: "all", hidden: true, onclick: () => this.choose(this.chosen) }, "Show all processes");
    lower.append(this.all);
    this.processes = new RowTable(lower, {
      label: "Processes", perPage: 200, order: "parent", columns: processColumns(kind), pick,
      isChosen: (row) => row.key === this.pinned, state: (world, row) => this.stateOf(world, row),
      go: (world, row) => ({ ArrowLeft: () => world.parent(row), ArrowRight: () => world.children(row)[0] }),
    });
  }

  /** Shows a world, of its processes those in a list; `found` are the keys of what was looked for, if anything was. */
  show(world, kind, list, found, pinned) {
    if (kind !== this.kind) this.chosen = null;
    Object.assign(this, { world, kind, list, found, pinned });
    this.said = this.tell(world, kind);
    const places = new Set(list.filter((row) => found?.has(row.key)).map((row) => `${kind}:${row.ns?.[kind] ?? "?"}`));
    const rows = [...this.said.values()].map((one) => one.row).filter((row) => !found || found.has(row.key) || places.has(row.key));
    const count = rows.filter((row) => row.inode !== "?").length;
    this.namespaces.show(world, rows, `${counted(count, `${kindNames[kind]} namespace`)}; choose one to see only the processes in it`);
    this.showProcesses();
  }

  showProcesses() {
    const { world, kind, chosen, found } = this;
    const isIn = (row) => !chosen || (row.ns?.[kind] ?? "?") === chosen.inode;
    const list = this.list.filter((row) => (!found || found.has(row.key)) && isIn(row));
    this.all.hidden = !chosen;
    const where = chosen ? ` in ${nameOf({ kind, index: chosen.index, letter: world.letter(kind, chosen.inode) })}` : "";
    this.processes.show(world, list, `${counted(list.length, "process", "processes")}${where}; + marks what is not the parent's`);
  }

  /** Leaves only the processes in a namespace; all of them again when it was chosen already. */
  choose(row) {
    const isBack = row.key === this.chosen?.key;
    const hadFocus = document.activeElement === this.all;
    this.chosen = isBack ? null : row;
    this.namespaces.draw();
    this.processes.page = 0;
    this.showProcesses();
    if (hadFocus) this.processes.focus(this.processes.focused);
  }

  /** Moves the focus to a process; where it is not shown, to the one that Tab leads to. */
  focus(key) {
    if (!this.processes.focus(key)) this.processes.focus(this.processes.focused);
  }

  /** Moves the focus to the first process that is shown; asked again, to the next one. */
  focusNext() {
    const { sorted, focused } = this.processes;
    const at = this.led === focused ? sorted.findIndex((row) => row.key === focused) + 1 : 0;
    this.led = sorted[at % sorted.length]?.key;
    if (this.led) this.processes.focus(this.led);
  }

  /** What is said of each namespace, by keys. */
  tell(world, kind) {
    const came = arrivals(world, kind);
    const kept = holders(world, kind);
    const rows = nested(world, kind).map(({ namespace, depth }) => ({
      key: namespace.key, inode: namespace.inode, index: world.letterIndex(kind, namespace.inode), namespace, depth,
    }));
    if (world.count(kind, "?")) rows.push({ key: `${kind}:?`, inode: "?", index: -2, namespace: {}, depth: 0 });
    return new Map(rows.map((row, index) => {
      const { inode } = row;
      const said = { row, index, count: world.count(kind, inode), came: came.get(inode) ?? [], kept: kept.get(inode) ?? [] };
      const from = said.came.slice(0, 3).map((one) => [one.key, one.name, world.membership(world.parent(one), kind)]);
      said.text = JSON.stringify([index, said.count, said.came.length, from, said.kept]);
      return [row.key, said];
    }));
  }

  /** What of a process is shown beside what it is itself. */
  stateOf(world, row) {
    const parent = world.parent(row);
    const outer = world.borders(row).map((kind) => [kind, parent && world.membership(parent, kind)]);
    return [parent?.key, parent?.name, outer, world.descents.get(row.key).depth, this.kind];
  }
}
