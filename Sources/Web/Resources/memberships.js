// The eight memberships of a process, as the card at the pointer and the inspector show them.

import { looksOf } from "./looks.js";
import { home, kindNames, kinds } from "./world.js";
import { html, shortened, visible } from "./text.js";

/** The letter of a namespace in its colour and outline; `machine` for the machine's own, or what it is that is shown. */
export function badge(world, kind, inode) {
  if (!inode) return html("span", { class: "chip unknown" }, "unreadable");
  const index = world.letterIndex(kind, inode);
  return html("span", { class: `chip ${looksOf(index)}` }, index < 0 ? home.name : world.letter(kind, inode));
}

/** The namespace of a process; a zombie is in none any more. */
export function membership(world, row, kind) {
  const hasLeft = row.condition === "zombie" && !row.ns?.[kind];
  return hasLeft ? html("span", { class: "chip unknown" }, "none any more") : badge(world, kind, row.ns?.[kind]);
}

/** What a process is doing, as far as it is told. */
export const conditionOf = (row) => (row.kernel ? "kernel thread" : row.condition ?? "alive");

/** One row for each kind: which namespace, and whether it came from the parent. */
export function memberships(world, row) {
  const borders = new Set(world.borders(row));
  const parent = world.parent(row);
  return html(
    "table", { class: "memberships" },
    html("caption", { class: "unseen" }, "Memberships"),
    html("thead", { class: "unseen" }, html("tr", {}, ["Kind", "Namespace", "From the parent"].map((name) => html("th", { scope: "col" }, name)))),
    html("tbody", {}, kinds.map((kind) => {
      const inode = row.ns?.[kind];
      const word = !inode ? "" : borders.has(kind) ? "changed" : parent ? "inherited" : "";
      return html(
        "tr", { class: word },
        html("th", { scope: "row" }, kindNames[kind]), html("td", {}, membership(world, row, kind)),
        html("td", { class: "word" }, word === "changed" ? `+${kind}` : word, word === "changed" && parent
          ? html("small", {}, " was ", badge(world, kind, world.membership(parent, kind))) : null),
      );
    })),
  );
}

/** What stands at the head of card and inspector. */
export function heading(world, row) {
  const facts = [
    `PID ${row.pid}${(row.inside ?? []).map((pid) => ` → ${pid}`).join("")}`, world.userName(row.uid),
    row.container && shortened(visible(row.container), 40), row.kernel && "kernel thread", row.condition,
  ];
  return [html("strong", {}, shortened(visible(row.name), 48)), html("span", { class: "facts" }, facts.filter(Boolean).join(" · "))];
}

/** The card that follows the pointer and the focus. */
export class Card {
  constructor(element) {
    this.element = element;
  }

  show(world, node, x, y) {
    if (node.key === this.dismissed) return;
    this.node = node.key;
    this.dismissed = null;
    const key = `${node.key} ${world.version}`;
    if (this.key !== key) {
      this.key = key;
      const content = node.isFold ? Card.foldOf(world, node) : [
        ...heading(world, node.row),
        node.row.line ? html("code", {}, shortened(visible(node.row.line), 120)) : null,
        memberships(world, node.row),
      ].filter(Boolean);
      this.element.replaceChildren(...content);
    }
    this.element.hidden = false;
    const { width, height } = this.element.getBoundingClientRect();
    const left = x + 18 + width > innerWidth ? Math.max(8, x - width - 18) : x + 18;
    const top = Math.max(8, Math.min(y + 14, innerHeight - height - 12));
    this.element.style.transform = `translate(${left}px, ${top}px)`;
  }

  static foldOf(world, node) {
    const names = new Map();
    for (const row of node.members) names.set(row.name, (names.get(row.name) ?? 0) + 1);
    const list = [...names].sort((a, b) => b[1] - a[1]).slice(0, 8).map(([name, count]) => html("li", {}, `${count} × ${shortened(visible(name), 40)}`));
    return [
      html("strong", {}, `${node.members.length} processes`),
      html("span", { class: "facts" }, "alike in all that the maps show; click to unfold"), html("ul", {}, list),
    ];
  }

  hide() {
    this.element.hidden = true;
    this.dismissed = null;
  }

  /** Hides it until something else, or the same once more, is pointed at; whether there was anything to hide. */
  dismiss() {
    if (this.element.hidden) return false;
    this.hide();
    this.dismissed = this.node;
    return true;
  }
}
