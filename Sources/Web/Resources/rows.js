// A table of many rows: sorted by its column heads, one page at a time, walked through by keys. Rows that are what they
// were are left as they are, so that the focus, and what a screen reader stands on, stays.

import { html } from "./text.js";

/**
 * A table of rows. `form` says what is in it:
 *
 * - `label`: what the whole is called; `perPage`: the most rows of a page.
 * - `columns`: each with a `name`, a `by` that tells it apart, the `value` it is sorted by and the `cell` that is shown; of
 *   the first one, which heads the row, `cell` is what stands on the row's button, and `indent` how far in. `isWanted` says
 *   whether it is shown now.
 * - `pick`: what the button of a row does. `isChosen`: whether a row is marked; `state`: what of it, beside it, is shown.
 * - `go`: the row that a key leads to, for keys that the table itself knows nothing of.
 */
export class RowTable {
  constructor(element, form) {
    Object.assign(this, { element, form, page: 0, rows: new Map(), list: [], focused: null });
    this.order = { by: form.order ?? form.columns[0].by, isDown: false };
    this.head = html("tr", {});
    this.body = html("tbody", {});
    this.caption = html("caption", {}, html("span", {}));
    this.before = html("button", { type: "button", onclick: () => this.turn(-1) }, "Previous");
    this.after = html("button", { type: "button", onclick: () => this.turn(1) }, "Next");
    this.where = html("span", {});
    this.pages = html("nav", { "aria-label": `Pages: ${form.label}` }, this.before, this.where, this.after);
    this.body.addEventListener("keydown", (event) => this.walk(event));
    this.body.addEventListener("focusin", (event) => this.reach(event.target.closest("tr")?.dataset.key));
    element.append(
      html("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": form.label },
        html("table", {}, this.caption, html("thead", {}, this.head), this.body)), this.pages);
  }

  /** Shows rows of a world below a caption. */
  show(world, list, caption) {
    Object.assign(this, { world, list });
    this.caption.firstChild.textContent = caption;
    const columns = this.form.columns.filter((one) => one.isWanted?.() ?? true);
    const column = columns.find((one) => one.by === this.order.by) ?? columns[0];
    const sign = this.order.isDown ? -1 : 1;
    const keyed = list.map((row, index) => [column.value(world, row), index, row]);
    keyed.sort(([a, i], [b, j]) => (a < b ? -sign : a > b ? sign : i - j));
    this.sorted = keyed.map(([, , row]) => row);
    this.drawHead(columns, column);
    this.draw();
  }

  /** Shows one page of what was sorted. */
  draw() {
    const { sorted, form } = this;
    const pages = Math.max(1, Math.ceil(sorted.length / form.perPage));
    this.page = Math.min(Math.max(0, this.page), pages - 1);
    this.where.textContent = `${this.page + 1} of ${pages}`;
    this.pages.hidden = pages === 1;
    this.before.disabled = this.page === 0;
    this.after.disabled = this.page === pages - 1;
    this.fill(sorted.slice(this.page * form.perPage, (this.page + 1) * form.perPage));
  }

  drawHead(columns, ordered) {
    this.columns = columns;
    const names = columns.map((one) => one.by).join(" ");
    if (this.head.dataset.names !== names) {
      this.head.dataset.names = names;
      this.rows.clear();
      this.body.replaceChildren();
      this.head.replaceChildren(...columns.map((column) => html(
        "th", { scope: "col", "data-by": column.by }, html(
          "button", { type: "button", class: "sort", title: column.title, onclick: () => this.sort(column.by) }, column.name,
          html("span", { "aria-hidden": "true", class: "arrow" })))));
    }
    for (const cell of this.head.children) {
      if (cell.dataset.by !== ordered.by) cell.removeAttribute("aria-sort");
      else cell.setAttribute("aria-sort", this.order.isDown ? "descending" : "ascending");
    }
  }

  /** Makes anew only the rows that are not what they were. */
  fill(shown) {
    const { form } = this;
    const hadFocus = this.body.contains(document.activeElement);
    const keys = new Set(shown.map((row) => row.key));
    for (const [key, made] of this.rows) if (!keys.has(key)) made.element.remove();
    const kept = new Map();
    let place = this.body.firstElementChild;
    for (const row of shown) {
      const state = JSON.stringify([row, form.state(this.world, row), form.isChosen(row)]);
      let made = this.rows.get(row.key);
      if (made?.state !== state) {
        const element = this.rowOf(row);
        if (made && place === made.element) place = element;
        made?.element.replaceWith(element);
        made = { element, state };
      }
      kept.set(row.key, made);
      if (made.element === place) place = place.nextElementSibling;
      else this.body.insertBefore(made.element, place);
    }
    this.rows = kept;
    // Where the row that had the focus is gone, what comes first now is where to go on.
    this.reach(kept.has(this.focused) ? this.focused : shown[0]?.key);
    const isLost = hadFocus && !this.body.contains(document.activeElement);
    if (isLost) this.button(this.focused)?.focus({ preventScroll: true });
  }

  rowOf(row) {
    const { form, world } = this;
    const [first, ...others] = this.columns;
    const button = html("button", {
      type: "button", class: "link", tabindex: "-1", onclick: () => form.pick(row),
      "aria-pressed": form.isToggled ? String(form.isChosen(row)) : null,
    }, first.cell(world, row));
    const head = html("th", { scope: "row" }, button);
    head.style.setProperty("--depth", first.indent(world, row));
    return html("tr", { "data-key": row.key, class: form.isChosen(row) ? "pinned" : null }, head,
      others.map((column) => html("td", { class: column.look?.(world, row) }, column.cell(world, row))));
  }

  // Order, pages and keys.

  sort(by) {
    this.order = { by, isDown: this.order.by === by && !this.order.isDown };
    this.page = 0;
    this.show(this.world, this.list, this.caption.textContent);
  }

  turn(step) {
    this.page += step;
    this.draw();
    this.element.querySelector(".scroll").scrollTop = 0;
  }

  button(key) {
    return this.rows.get(key)?.element.querySelector("button");
  }

  /** One row can be reached by Tab: the last one that had the focus, else the first. */
  reach(key) {
    this.button(this.focused)?.setAttribute("tabindex", "-1");
    this.focused = key ?? null;
    this.button(key)?.setAttribute("tabindex", "0");
  }

  /** Moves the focus to a row, to its page first; whether it is in the table. */
  focus(key) {
    const index = this.sorted.findIndex((row) => row.key === key);
    if (index < 0) return false;
    this.page = Math.floor(index / this.form.perPage);
    this.draw();
    const button = this.button(key);
    button.focus();
    button.scrollIntoView({ block: "nearest" });
    return true;
  }

  walk(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { sorted, form } = this;
    const index = sorted.findIndex((row) => row.key === this.focused);
    const within = (at) => sorted[Math.min(Math.max(0, at), sorted.length - 1)];
    const goal = {
      ArrowDown: () => within(index + 1), ArrowUp: () => within(index - 1),
      Home: () => sorted[0], End: () => sorted.at(-1),
      PageDown: () => within(index + 20), PageUp: () => within(index - 20), ...form.go?.(this.world, sorted[index]),
    }[event.key];
    if (index < 0 || !goal) return;
    event.preventDefault();
    const row = goal();
    if (row) this.focus(row.key);
  }
}
