// The row of tabs above a map, one for each kind of namespace, with how many there are of it.

import { kindNames, kinds } from "./world.js";
import { counted, html } from "./text.js";

/** The kind with the most continents: of several, the one that is shown, else PIDs before all others. */
export function liveliest(world, shown = "pid") {
  const counts = [shown, "pid", ...kinds].map((kind) => [kind, world.ofKind(kind).length]);
  return counts.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

/**
 * The tabs in an element; `choose` is told which one a person wants. With `hasKeys` the digits choose them too; `panels` are
 * the elements that show the kind that is chosen.
 */
export class KindTabs {
  constructor(list, choose, { hasKeys = true, panels = "map" } = {}) {
    this.list = list;
    this.choose = choose;
    list.append(...kinds.map((kind, index) => html(
      "button", {
        type: "button", role: "tab", id: `kind-${kind}`, "aria-controls": panels, title: hasKeys ? `Key ${index + 1}` : null,
        onclick: () => choose(kind), onkeydown: (event) => this.step(event, index),
      },
      kindNames[kind], html("span", { class: "count" }))));
  }

  /** Shows how many there are, and which kind is chosen. */
  draw(world, chosen) {
    kinds.forEach((kind, index) => {
      const tab = this.list.children[index];
      const count = world.ofKind(kind).length;
      tab.setAttribute("aria-selected", String(kind === chosen));
      tab.setAttribute("tabindex", kind === chosen ? "0" : "-1");
      tab.querySelector(".count").textContent = count;
      tab.setAttribute("aria-label", `${kindNames[kind]}, ${counted(count, "namespace")}`);
      tab.classList.toggle("many", count > 1);
    });
  }

  /** Brings a kind's tab into view. */
  reveal(kind) {
    this.list.children[kinds.indexOf(kind)].scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  step(event, index) {
    const other = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: kinds.length - 1 }[event.key];
    if (other === undefined) return;
    event.preventDefault();
    const place = (other + kinds.length) % kinds.length;
    this.choose(kinds[place]);
    this.list.children[place].focus();
  }
}
