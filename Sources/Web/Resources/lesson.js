// The lesson: what is to be read, guessed, typed and seen, from top to bottom, and the list of all lessons. What is on the
// page stays there while more comes below, so that who hears the page hears what is new.

import { blocks, inline } from "./markdown.js";
import { html, visible } from "./text.js";

const marks = { true: ["✓", "good", "found: "], false: ["✗", "bad", "not found: "] };

function marked(isMet, ...content) {
  const [mark, look] = marks[isMet];
  return html("p", { class: "marked" }, html("span", { class: `mark ${look}` }, mark), html("span", {}, content));
}

function fact(entry) {
  return [html("code", {}, visible(entry.text)), html("span", { class: "value" }, visible(entry.found))];
}

const verdicts = {
  "as-expected": (entry) => `Verdict: ${entry.text}, as the kernel has shown.`,
  told: () => "Told, not shown.",
  "not-as-expected": (entry) => `The course says: ${entry.text}. Not so here: ${visible(entry.reason)}`,
  "cannot-tell": (entry) => `The course says: ${entry.text}. Cannot tell here: ${visible(entry.reason)}`,
};

const drawings = {
  heading: (entry) => html("h3", {}, inline(visible(entry.text))),
  sentence: (entry) => html("blockquote", {}, html("span", { class: "label" }, "The claim"), html("p", {}, inline(visible(entry.text)))),
  prose: (entry) => blocks(entry.text),
  answer: (entry) => html("p", { class: "answer" }, html("span", { class: "label" }, "You say"), inline(visible(entry.text))),
  task: (entry, on) => html("div", { class: "task" },
    html("button", { type: "button", class: "link", onclick: () => on.shell(entry.text) }, `Type in ${entry.text}`),
    html("pre", { tabindex: "0", "aria-label": `To be typed in ${entry.text}` }, entry.lines.map((line) => html("code", { class: "line" }, visible(line), "\n")))),
  evidence: (entry) => marked(entry.isMet, html("span", { class: "unseen" }, marks[entry.isMet][2]), fact(entry)),
  done: () => marked(true, "Done."),
  verdict: (entry) => html("p", { class: `verdict ${entry.result}` }, verdicts[entry.result](entry)),
  prediction: (entry) => marked(entry.isMet, entry.isMet ? "As you said." : ["You had guessed otherwise; it is: ", inline(visible(entry.text))]),
  hint: (entry) => html("div", { class: "hint-given" }, html("span", { class: "label" }, "Hint"), blocks(entry.text)),
  note: (entry) => html("p", { class: "note" }, visible(entry.text)),
  item: (entry) => html("p", { class: "marked item" },
    html("span", { class: `mark ${entry.isMet ? "good" : "bad"}` }, entry.isMet ? "✓" : "–"),
    html("span", {}, html("span", { class: "unseen" }, entry.isMet ? "" : "not yet: "), inline(visible(entry.text)))),
  kept: (entry) => html("p", { class: "kept" }, html("span", {}, `${entry.number}: `), fact(entry)),
  untold: (entry) => html("p", { class: "untold" }, `${entry.number}: ${visible(entry.text)}`),
};

function question(entry, on, isOpen) {
  return html("div", { class: "question", role: "group", "aria-label": "Your guess" },
    html("p", {}, inline(visible(entry.text))),
    html("ol", {}, entry.choices.map((choice, index) => html("li", {},
      isOpen ? html("button", { type: "button", "aria-keyshortcuts": String(index + 1), onclick: () => on.answer(index) }, html("kbd", {}, index + 1), html("span", {}, inline(visible(choice))))
        : inline(visible(choice))))));
}

/** A lesson's page in an element; `on` is told of `answer` and `shell`. */
export class LessonPage {
  constructor(element, on) {
    this.element = element;
    this.on = on;
    this.shown = [];
  }

  /** Shows entries; those that are there already stay. */
  show(entries, isPredicting) {
    const keys = entries.map((entry) => JSON.stringify([entry, entry.kind === "question" && isPredicting]));
    let same = 0;
    while (same < keys.length && keys[same] === this.shown[same]?.key) same += 1;
    if (same === keys.length && same === this.shown.length) return;
    this.shown.splice(same).forEach((one) => one.elements.forEach((element) => element.remove()));
    for (let index = same; index < keys.length; index += 1) {
      const entry = entries[index];
      const made = entry.kind === "question" ? question(entry, this.on, isPredicting) : drawings[entry.kind]?.(entry, this.on) ?? [];
      const elements = [made].flat();
      this.element.append(...elements);
      this.shown.push({ key: keys[index], elements });
    }
    this.bringIntoView(same);
  }

  /** A lesson is read from its beginning; what comes later is brought into view, its beginning before its end. */
  bringIntoView(from) {
    const first = this.shown[from]?.elements[0];
    if (from === 0 || !first) {
      this.element.scrollTop = from === 0 ? 0 : this.element.scrollHeight;
      return;
    }
    const top = first.offsetTop - this.element.offsetTop - 12;
    const bottom = this.element.scrollHeight - this.element.clientHeight;
    if (bottom > this.element.scrollTop) this.element.scrollTop = Math.min(top, bottom);
  }

  /** The task that stands last on the page, in one line; empty where there is none. */
  static task(entries) {
    const tasks = entries.filter((entry) => entry.kind === "task");
    const last = tasks.at(-1);
    return last ? `${last.text}: ${visible(last.lines.join(" ⏎ "))}` : "";
  }
}

/** All lessons in an element; `go` is told of the place of the one that is chosen. */
export class LessonList {
  constructor(element, go) {
    this.element = element;
    this.go = go;
    element.addEventListener("keydown", (event) => this.step(event));
  }

  /** Fills the list with a course. */
  fill(course) {
    let place = 0;
    this.element.replaceChildren(...course.sections.map((section) => html("section", {},
      html("h3", {}, visible(section.title)),
      html("ol", {}, section.lessons.map((lesson) => {
        const at = place++;
        return html("li", {}, html("button", { type: "button", onclick: () => this.go(at) },
          html("span", { class: "mark good" }), html("span", { class: "number" }, lesson.number), html("span", { class: "name" }, visible(lesson.title))));
      })))));
    this.buttons = [...this.element.querySelectorAll("button")];
  }

  /** Shows which lessons have been seen or cannot be told here, and the one at hand; the list itself while one is marked. */
  show(session) {
    const seen = new Set(session.seen);
    const untold = new Set(session.untold);
    this.buttons.forEach((button, place) => {
      button.firstChild.textContent = seen.has(place) ? "✓" : untold.has(place) ? "–" : "";
      button.title = untold.has(place) ? "could not be told here" : "";
      if (place === session.place) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
    const wasHidden = this.element.hidden;
    this.element.hidden = session.marked === null;
    if (wasHidden && !this.element.hidden) {
      const button = this.buttons[session.marked];
      button.scrollIntoView({ block: "center" });
      button.focus({ preventScroll: true });
    }
    return wasHidden !== this.element.hidden;
  }

  step(event) {
    const at = this.buttons.indexOf(document.activeElement);
    const other = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: this.buttons.length - 1 }[event.key];
    if (at < 0 || other === undefined) return;
    event.preventDefault();
    this.buttons[Math.max(0, Math.min(other, this.buttons.length - 1))].focus();
  }
}
