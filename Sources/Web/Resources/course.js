// Puts the page of a course together: the line to the program, the lesson, the two shells, the world, and the keys.

import { LessonList, LessonPage } from "./lesson.js";
import { Shell } from "./shells.js";
import { Socket } from "./socket.js";
import { WorldPane } from "./worldpane.js";
import { html, visible } from "./text.js";

const find = (id) => document.getElementById(id);
const page = { session: null, count: 0, pane: "lesson", left: null };

// The line to the program.

const socket = new Socket({
  opened: () => Object.values(shells).forEach((shell) => {
    shell.fit();
    shell.tellSize();
  }),
  course: (course) => begin(course),
  session: (session) => show(session),
  output: (terminal, bytes, isWhole) => shells[terminal].print(bytes, isWhole),
  state: (state) => tellState(state),
});

const words = { live: "live", lost: "connection lost, trying again", elsewhere: "in another window", left: "left" };

function tellState(state) {
  document.body.dataset.state = state;
  find("state-words").textContent = words[state];
  if (state === "elsewhere") {
    notice("The course is open in another window", "One window has the shells at a time. It goes on there as it was here.", "Take it over here", () => socket.open());
  } else if (state === "left") {
    notice("You have left the course", "Your progress is kept, and the shells' world is gone. `pangaea lab web`, or `pangaea lab run`, goes on.", "Close");
  }
}

function notice(title, text, button, then) {
  find("notice-title").textContent = title;
  find("notice-text").replaceChildren(...text.split("`").map((part, index) => (index % 2 ? html("code", {}, part) : part)));
  find("notice-button").textContent = button;
  find("notice").onclose = () => then?.();
  if (!find("notice").open) find("notice").showModal();
}

// The parts.

const lesson = new LessonPage(find("page"), { answer: (choice) => socket.say({ answer: choice }), shell: (name) => go(name) });
const list = new LessonList(find("list"), (place) => socket.say({ go: place }));
const world = new WorldPane();
const shells = Object.fromEntries(["A", "B"].map((name) => [
  name, new Shell(name, find(`shell-${name}`), socket, { leave: () => leave(name), check: () => press("check") }),
]));

function begin(course) {
  page.count = course.sections.reduce((sum, section) => sum + section.lessons.length, 0);
  find("title").textContent = visible(course.title);
  document.title = `Pangaea: ${visible(course.title)}`;
  list.fill(course);
}

const usable = {
  check: ["doing"], run: ["doing"], hint: ["predicting", "doing"], next: ["predicting", "doing", "concluded"],
  reset: ["predicting", "doing", "playing", "checking", "concluded"],
};

function show(session) {
  const former = page.session;
  page.session = session;
  if (former && former.place !== session.place) world.begin();
  lesson.show(session.page, session.phase === "predicting");
  if (list.show(session) && session.marked === null && former) find("page").focus();
  find("page").hidden = session.marked !== null;
  document.body.dataset.phase = session.phase;
  world.showShells(session.shells);
  for (const [key, phases] of Object.entries(usable)) buttonOf(key).disabled = !phases.includes(session.phase) || session.marked !== null;
  find("step").textContent = stepWords(session);
  find("seen").textContent = `${session.seen.length} of ${page.count} seen` + (session.untold.length ? `, ${session.untold.length} cannot be told here` : "");
  Object.assign(find("seen-part"), { value: session.seen.length, max: page.count || 1 });
  document.body.classList.toggle("free", session.isFree);
  buttonOf("free").setAttribute("aria-pressed", String(session.isFree));
  if (session.isFree !== (former?.isFree ?? false)) go(session.isFree ? "A" : "lesson");
  find("task").textContent = session.phase === "doing" ? LessonPage.task(session.page) : "";
  find("task").hidden = !find("task").textContent;
}

function stepWords({ phase, step, steps }) {
  const of = steps > 1 && step !== null ? `Step ${step + 1} of ${steps}` : "";
  const doing = { predicting: "Guess first", doing: of || "Your turn", playing: "One moment: it is being typed", checking: "One moment: looking at the kernel", concluded: "Done", finished: "Finished" };
  return doing[phase];
}

// Parts of the page: all are seen at once where there is room, else one.

const buttonOf = (key) => document.querySelector(`button[data-key="${key}"]`);

function go(pane) {
  page.pane = pane;
  document.body.dataset.pane = pane;
  for (const button of find("panes").children) button.setAttribute("aria-pressed", String(button.dataset.pane === pane));
  if (shells[pane]) shells[pane].focus();
  else if (pane === "world") world.focus();
  else find("page").focus({ preventScroll: true });
}

/** Leads out of a shell. The key that did so is typed in the shell after all when it is pressed again right then. */
function leave(name) {
  leaveFree();
  go("lesson");
  page.left = name;
}

/** Shows the lesson beside the shells again, at once: what is hidden cannot take the focus. */
function leaveFree() {
  if (!document.body.classList.contains("free")) return;
  document.body.classList.remove("free");
  press("free");
}

function press(key) {
  socket.say({ key });
}

for (const button of document.querySelectorAll("button[data-key]")) button.addEventListener("click", () => press(button.dataset.key));
for (const button of find("panes").children) button.addEventListener("click", () => go(button.dataset.pane));
for (const shell of Object.values(shells)) {
  shell.section.querySelector("h2").addEventListener("click", () => shell.focus());
  shell.section.addEventListener("focusin", () => (document.body.dataset.focus = shell.name));
  shell.section.addEventListener("focusout", () => delete document.body.dataset.focus);
}

// Keys.

const letters = {
  n: "next", h: "hint", r: "run", c: "check", x: "reset", l: "list", s: "free", q: "quit",
};
const others = {
  a: () => go("A"), b: () => go("B"), w: () => go("world"), "?": () => find("help").showModal(),
  "+": () => world.zoom(1.35), "=": () => world.zoom(1.35), "-": () => world.zoom(1 / 1.35), 0: () => world.zoom(0),
};

const isModifier = (event) => ["Control", "Shift", "Alt", "Meta"].includes(event.key);

// Before the shells hear of the key.
document.addEventListener("keydown", (event) => {
  if (isModifier(event) || event.repeat) return;
  const { left } = page;
  page.left = null;
  if (!left || !event.ctrlKey || event.altKey || event.key !== "]") return;
  event.preventDefault();
  event.stopPropagation();
  go(left);
  socket.type(left, Uint8Array.of(0x1d), false);
}, { capture: true });
document.addEventListener("pointerdown", () => (page.left = null));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest(".screen, input:not([type=checkbox]), select, textarea")) return;
  if (event.key === "Escape") return escape();
  if (!find("single-keys").checked) return;
  const choice = "1234".indexOf(event.key);
  if (letters[event.key]) press(letters[event.key]);
  else if (choice >= 0) socket.say({ answer: choice });
  else if (others[event.key]) others[event.key]();
  else return;
  event.preventDefault();
});

function escape() {
  if (world.card.dismiss()) return;
  if (world.inspector.row) world.unpin();
  else if (page.session?.marked !== null) press("list");
}

// How it looks and sounds.

const darkness = matchMedia("(prefers-color-scheme: dark)");

function isDark() {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === "dark" : darkness.matches;
}

function dress() {
  for (const shell of Object.values(shells)) shell.dress(isDark());
}

find("theme").addEventListener("click", () => {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  dress();
});
darkness.addEventListener("change", dress);
find("help-button").addEventListener("click", () => find("help").showModal());
find("read-aloud").addEventListener("change", (event) => Object.values(shells).forEach((shell) => shell.readAloud(event.target.checked)));
dress();
if (location.search) window.history.replaceState(null, "", location.pathname);
