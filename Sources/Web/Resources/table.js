// The table: the same world in rows, for whoever reads better than they see maps.

import { badge } from "./memberships.js";
import { kindNames, kinds } from "./world.js";
import { counted, html, shortened, visible } from "./text.js";

const onePage = 200;

/** The table in an element; `pick` is told of a row that was chosen. */
export class WorldTable {
  constructor(element, pick) {
    this.element = element;
    this.pick = pick;
    this.order = { by: "pid", isDown: false };
    this.page = 0;
    this.rows = new Map();
    this.columns = [
      { name: "PID", by: "pid", value: (world, row) => row.pid, text: (world, row) => [row.pid, ...(row.inside ?? [])].join(" → ") },
      { name: "Name", by: "name", value: (world, row) => row.name, text: (world, row) => visible(row.name) },
      { name: "Parent", by: "ppid", value: (world, row) => row.ppid, text: (world, row) => (row.ppid ? String(row.ppid) : "—") },
      { name: "Runs as", by: "user", value: (world, row) => row.uid ?? -1, text: (world, row) => world.userName(row.uid) },
      ...kinds.map((kind) => ({
        name: `${kindNames[kind]} ns`, by: `${kind}:`, kind, value: (world, row) => (row.ns?.[kind] ? world.letterIndex(kind, row.ns[kind]) : -2),
      })),
      { name: "Container", by: "container", value: (world, row) => row.container ?? "", text: (world, row) => shortened(visible(row.container ?? ""), 36) },
    ];
    this.build();
  }

  build() {
    this.head = html("tr", {}, this.columns.map((column) => html(
      "th", { scope: "col", "data-by": column.by },
      html("button", { class: "sort", onclick: () => this.sort(column.by) }, column.name, html("span", { "aria-hidden": "true", class: "arrow" })),
    )));
    this.body = html("tbody", {});
    this.caption = html("caption", {});
    this.before = html("button", { onclick: () => this.turn(-1) }, "Previous");
    this.after = html("button", { onclick: () => this.turn(1) }, "Next");
    this.where = html("span", {});
    this.element.append(
      html("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Processes" },
        html("table", {}, this.caption, html("thead", {}, this.head), this.body)),
      html("nav", { "aria-label": "Pages of the table" }, this.before, this.where, this.after));
  }

  sort(by) {
    this.order = { by, isDown: this.order.by === by && !this.order.isDown };
    this.page = 0;
    this.show(this.world, this.list, this.pinned);
  }

  turn(step) {
    this.page += step;
    this.show(this.world, this.list, this.pinned);
  }

  /** Shows rows of a world. */
  show(world, list, pinned) {
    Object.assign(this, { world, list, pinned });
    const column = this.columns.find((one) => one.by === this.order.by);
    const sign = this.order.isDown ? -1 : 1;
    const keyed = list.map((row) => [column.value(world, row), row]);
    keyed.sort(([a, x], [b, y]) => (a < b ? -sign : a > b ? sign : x.pid - y.pid));
    const pages = Math.max(1, Math.ceil(keyed.length / onePage));
    this.page = Math.min(Math.max(0, this.page), pages - 1);
    const shown = keyed.slice(this.page * onePage, (this.page + 1) * onePage).map(([, row]) => row);
    this.caption.textContent = `${counted(list.length, "process", "processes")}; a plus marks what is not the parent's`;
    this.where.textContent = `${this.page + 1} of ${pages}`;
    this.before.disabled = this.page === 0;
    this.after.disabled = this.page === pages - 1;
    for (const cell of this.head.children) {
      const isOrder = cell.dataset.by === this.order.by;
      if (isOrder) cell.setAttribute("aria-sort", this.order.isDown ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
    this.fill(shown);
  }

  /** Makes anew only the rows that are not what they were. */
  fill(shown) {
    const kept = new Map();
    let place = this.body.firstElementChild;
    for (const row of shown) {
      const borders = this.world.borders(row);
      const state = JSON.stringify([row, borders, row.key === this.pinned]);
      let made = this.rows.get(row.key);
      if (made?.state !== state) {
        const hadFocus = made?.element.contains(document.activeElement);
        const element = this.rowOf(row, new Set(borders));
        if (made && place === made.element) place = element;
        made?.element.replaceWith(element);
        made = { element, state };
        if (hadFocus) element.querySelector("button").focus();
      }
      kept.set(row.key, made);
      if (made.element === place) place = place.nextElementSibling;
      else this.body.insertBefore(made.element, place);
    }
    for (const [key, made] of this.rows) if (!kept.has(key)) made.element.remove();
    this.rows = kept;
  }

  rowOf(row, borders) {
    return html("tr", { class: row.key === this.pinned ? "pinned" : null }, this.columns.map((column) => {
      if (column.kind) {
        const isNew = borders.has(column.kind);
        return html("td", { class: isNew ? "changed" : "inherited" }, isNew ? html("b", { class: "plus" }, "+", html("span", { class: "unseen" }, "changed ")) : null, badge(this.world, column.kind, row.ns?.[column.kind]));
      }
      const text = column.text(this.world, row);
      if (column.by !== "name") return html("td", { class: typeof column.value(this.world, row) === "number" && column.by !== "user" ? "number" : null }, text);
      return html("th", { scope: "row" }, html("button", { class: "link", onclick: () => this.pick(row) }, shortened(text, 40)));
    }));
  }
}
