// The inspector: one process pinned beside the map, with its line of descent, what it departs in from its parent, and its
// environment, whose values stay on the machine until they are asked for.

import { badge, heading, memberships } from "./memberships.js";
import { counted, html, shortened, visible } from "./text.js";

const marks = { added: "+", changed: "~", removed: "−", inherited: "=", unknown: "?" };

const ofNow = "The rest is of now, read when you chose it: of the time shown it is not kept.";
/** How many bytes of a command line the world itself knows. */
const worldLine = 256;

/** The panel; `on` is told of `close` and `pick`, and asked for `isPast`, where a world of the past may be shown. */
export class Inspector {
  constructor(element, on) {
    this.element = element;
    this.on = on;
    this.row = null;
  }

  /** Pins a process. */
  async pin(row, world) {
    this.row = row;
    this.world = world;
    this.answer = null;
    this.values = null;
    this.problem = "";
    this.hasEnded = false;
    this.said = "";
    this.draw();
    await this.fetch("process", (answer) => (this.answer = answer));
  }

  /** Takes note of the world going on. */
  update(world) {
    if (!this.row) return;
    this.world = world;
    const now = world.processes.get(this.row.key);
    const line = world.descent(now ?? this.row).map((one) => one.key);
    const state = JSON.stringify([now, this.answer === null, this.isPast, line]);
    if (state === this.state) return;
    if (now) this.row = now;
    this.draw();
    this.state = state;
  }

  close() {
    this.row = null;
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  async fetch(path, take) {
    const row = this.row;
    try {
      const response = await fetch(`${path}?key=${encodeURIComponent(row.key)}`);
      const text = await response.text();
      if (this.row?.key !== row.key) return;
      if (response.ok) take(JSON.parse(text));
      else [this.problem, this.hasEnded] = [text.trim(), response.status === 404];
    } catch {
      this.problem = "The program that serves this page does not answer.";
    }
    if (this.row?.key === row.key) this.draw();
  }

  draw() {
    const { row, world } = this;
    const top = this.element.scrollTop;
    const focus = this.element.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
    const isGone = !world.processes.has(row.key);
    this.element.hidden = false;
    this.element.setAttribute("aria-label", `Inspector: ${visible(row.name)}, PID ${row.pid}`);
    this.element.replaceChildren(
      html("header", {}, html("h2", { tabindex: "-1", "data-focus": "head" }, ...heading(world, row)),
        html("button", { class: "quiet", "aria-label": "Close the inspector", "data-focus": "close", onclick: () => this.on.close() }, "✕")),
      isGone ? html("p", { class: "notice" }, "This process is not there at the time shown.") : "",
      this.problem ? html("p", { class: "notice" }, this.problemWords()) : "",
      this.section("Memberships", memberships(world, row)),
      this.section("Line of descent", this.descent()),
      this.section("Command line", this.commandLine()),
      ...this.details(),
      world.setting.allowsKill && !isGone ? this.section("Signal", this.signals()) : "",
    );
    this.element.scrollTop = top;
    if (focus) this.element.querySelector(`[data-focus="${CSS.escape(focus)}"]`)?.focus();
  }

  /** Whether the world that is shown is one of the past. */
  get isPast() {
    return this.on.isPast?.() ?? false;
  }

  /** What the kernel tells is of a process that is there; of one that has ended, only what the world knew is left. */
  problemWords() {
    if (!this.hasEnded) return this.problem;
    return `${this.problem} Its environment, and what departs from its parent, can no longer be read.`;
  }

  section(title, ...content) {
    return html("section", {}, html("h3", {}, title), ...content);
  }

  descent() {
    const { world } = this;
    return html("ol", { class: "descent" }, world.descent(this.row).map((one) => html(
      "li", one.key === this.row.key ? { "aria-current": "true" } : {},
      html("button", { class: "link", "data-focus": `line ${one.key}`, onclick: () => this.on.pick(one) }, shortened(visible(one.name), 30), html("small", {}, ` ${one.pid}`)),
      world.borders(one).map((kind) => html("span", { class: "border" }, `+${kind} `, badge(world, kind, one.ns[kind]))),
    )));
  }

  /** The command line of the time that is shown; of now the kernel tells all of it, the world its beginning. */
  commandLine() {
    const told = this.isPast ? "" : (this.answer?.arguments ?? []).join(" ");
    const known = this.row.line ?? "";
    const isCut = told ? this.answer.isCut : new TextEncoder().encode(known).length >= worldLine;
    return [
      html("code", { class: "line" }, visible(told || known) || "none"),
      isCut ? html("p", { class: "quiet" }, "Only its beginning is shown.") : "",
    ];
  }

  details() {
    const { answer } = this;
    if (!answer) return this.problem ? [] : [html("p", { class: "quiet" }, "Reading…")];
    const departures = answer.traits.filter((one) => one.relation === "departs" && !one.isOwn);
    const shared = answer.traits.filter((one) => one.relation === "shared" && !one.isOwn).length;
    return [
      this.isPast ? html("p", { class: "notice" }, ofNow) : "",
      this.section("Environment beside its parent's", this.environment()),
      this.section(
        "What departs from its parent",
        departures.length
          ? html("dl", { class: "traits" }, departures.map((one) => [
            html("dt", {}, one.label), html("dd", {}, html("span", {}, visible(one.value ?? "unreadable")),
              html("small", {}, `parent: ${visible(one.parents ?? "unreadable")}`)),
          ])) : html("p", { class: "quiet" }, "Nothing."),
        html("p", { class: "quiet" }, `${counted(shared, "further trait")} came from the parent unchanged.`)),
    ];
  }

  environment() {
    const all = (this.values ?? this.answer).environment;
    if (!all) return html("p", { class: "quiet" }, `It may not be read (${this.answer.errors[0]?.reason ?? "refused"}).`);
    const differing = all.filter((one) => one.relation !== "inherited");
    const inherited = all.filter((one) => one.relation === "inherited");
    const list = (variables) => html("ul", { class: "variables" }, variables.slice(0, 400).map((one) => html(
      "li", { class: one.relation },
      html("span", { class: "mark", "aria-hidden": "true" }, marks[one.relation]), html("span", { class: "unseen" }, `${one.relation}: `),
      html("b", {}, visible(one.name)),
      this.values && one.value !== undefined ? html("code", {}, visible(one.value ?? "")) : "",
      this.values && one.before !== undefined ? html("small", {}, "parent: ", html("code", {}, visible(one.before ?? ""))) : "",
    )));
    return html("div", {},
      differing.length ? list(differing) : html("p", { class: "quiet" }, "The same as its parent's."),
      inherited.length ? html("details", {}, html("summary", { "data-focus": "inherited" }, `${counted(inherited.length, "variable")} inherited unchanged`), list(inherited)) : "",
      this.values ? html("button", { "data-focus": "values", onclick: () => { this.values = null; this.draw(); } }, "Hide values")
        : all.length ? html("button", { "data-focus": "values", onclick: () => this.fetch("environment", (answer) => (this.values = answer)) }, "Show values") : "");
  }

  // What may be done to a process, where the program was started with --allow-kill.

  signals() {
    const names = ["TERM", "INT", "HUP", "KILL", "STOP", "CONT", "USR1", "USR2"];
    const select = html("select", { "data-focus": "signal", "aria-label": "Signal" }, names.map((name) => html("option", { value: name }, `SIG${name}`)));
    const { row } = this;
    const who = `${visible(row.name)} (PID ${row.pid})`;
    return html("div", { class: "signals" },
      html("div", {}, select, html("button", { "data-focus": "send", onclick: () => this.confirm(`Send SIG${select.value} to ${who}?`, { key: row.key, signal: select.value }) }, "Send…")),
      html("button", { class: "danger", "data-focus": "branch", onclick: () => this.confirm(`End ${who} and everything below it?`, { key: row.key, branch: true }) }, "End the branch…"),
      html("p", { role: "status" }, this.said));
  }

  confirm(question, wish) {
    const done = (isMeant) => {
      dialog.close();
      dialog.remove();
      if (isMeant) this.send(wish);
    };
    const dialog = html("dialog", { "aria-labelledby": "question", oncancel: () => dialog.remove() },
      html("h2", { id: "question" }, question),
      html("p", {}, "This cannot be undone."),
      html("div", { class: "choices" }, html("button", { autofocus: true, onclick: () => done(false) }, "Leave it"),
        html("button", { class: "danger", onclick: () => done(true) }, wish.branch ? "End the branch" : `Send SIG${wish.signal}`)));
    document.body.append(dialog);
    dialog.showModal();
  }

  async send(wish) {
    try {
      const response = await fetch("signal", { method: "POST", body: JSON.stringify(wish) });
      this.said = (await response.text()).trim();
    } catch {
      this.said = "The program that serves this page does not answer.";
    }
    if (this.row) this.draw();
  }
}

