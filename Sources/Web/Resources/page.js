// Puts the page together: the feed into the world, the world into map or table, and what a person does back into both.

import { Inspector } from "./inspector.js";
import { KindTabs, liveliest } from "./kinds.js";
import { Card } from "./memberships.js";
import { WorldMap } from "./map.js";
import { sceneOf } from "./scene.js";
import { search } from "./search.js";
import { WorldTable } from "./table.js";
import { Timeline } from "./timeline.js";
import { counted, html, visible } from "./text.js";
import { History, kindNames, kinds, listen } from "./world.js";

const find = (id) => document.getElementById(id);
const history = new History();
const wishes = { showsKernel: false, onlyBorders: false, user: "", unfolded: new Set() };
const page = { kind: null, view: "map", search: "", shownVersion: "", found: null };

const card = new Card(find("card"));
const map = new WorldMap(find("map"), {
  hover: (node, x, y) => card.show(history.shown, node, x, y),
  leave: () => card.hide(),
  pick: (row) => pin(row),
  unfold: (node) => unfold(node),
});
const table = new WorldTable(find("table"), (row) => pin(row));
const inspector = new Inspector(find("inspector"), {
  close: () => unpin(), pick: (row) => pin(row), isPast: () => history.past !== null,
});
const tabs = new KindTabs(find("kinds"), (kind) => choose(kind), { panels: "map table" });
const timeline = new Timeline(history, () => show(true));

// The world.

let wanted = false;

/** Shows the world once, before the next frame, however often it is asked to. */
function soon() {
  if (wanted) return;
  wanted = true;
  const now = () => {
    wanted = false;
    show(false);
  };
  if (document.hidden) setTimeout(now, 200);
  else requestAnimationFrame(now);
}

function show(isFresh) {
  const world = history.shown;
  if (!page.kind) {
    page.kind = kinds.find((kind) => kind === location.hash.slice(1)) ?? liveliest(world);
    nameView();
  }
  const rows = [...world.processes.values()].filter((row) => fits(world, row));
  const found = search(world, page.kind, page.search, rows);
  page.found = found && new Set([...found.processes, ...found.namespaces]);
  if (page.view === "map") {
    map.show(sceneOf(world, page.kind, wishes), isFresh);
    map.mark(inspector.row?.key, page.found);
  } else {
    table.show(world, page.kind, rows, page.found, inspector.row?.key);
  }
  inspector.update(world);
  find("found").textContent = found ? foundWords(found) : "";
  tabs.draw(world, page.kind);
  drawUsers(world);
  find("hint").textContent = hintOf(world);
}

function fits(world, row) {
  if (row.kernel && !wishes.showsKernel) return false;
  if (wishes.user !== "" && String(row.uid) !== wishes.user) return false;
  return !wishes.onlyBorders || world.borders(row).length > 0;
}

function foundWords({ processes, namespaces }) {
  return [`${processes.size} found`, namespaces.size && counted(namespaces.size, "namespace")].filter(Boolean).join(", ");
}

function hintOf(world) {
  const continents = world.ofKind(page.kind).length;
  const hidden = wishes.showsKernel ? 0 : [...world.processes.values()].filter((row) => row.kernel).length;
  const unread = [...world.processes.values()].filter((row) => !row.ns && row.condition !== "zombie").length;
  return [
    continents === 1 ? `One ${kindNames[page.kind]} namespace holds everybody` : `${continents} ${kindNames[page.kind]} namespaces`,
    counted(world.processes.size - hidden, "process", "processes"), hidden && `${hidden} kernel threads hidden`,
    unread > 0 && unread < world.processes.size && `${unread} not readable`, ...world.gaps,
  ].filter(Boolean).join(" · ");
}

// Kinds.

function choose(kind) {
  if (page.kind === kind) return;
  page.kind = kind;
  window.history.replaceState(null, "", `${location.pathname}#${kind}`);
  wishes.unfolded.clear();
  map.view.isFree = false;
  nameView();
  show(true);
  tabs.reveal(kind);
}

// Pinning, folding, filters.

function pin(row) {
  card.hide();
  inspector.pin(row, history.shown);
  document.body.classList.add("inspecting");
  soon();
  find("inspector").querySelector("h2").focus({ preventScroll: true });
}

function unpin() {
  const { key } = inspector.row;
  inspector.close();
  document.body.classList.remove("inspecting");
  show(false);
  if (page.view === "map") map.focus(map.focused);
  else table.focus(key);
}

function unfold(node) {
  wishes.unfolded.add(node.key);
  const first = node.members[0].key;
  show(false);
  map.focus(first);
}

function drawUsers(world) {
  const users = new Map([...world.processes.values()].map((row) => [String(row.uid), world.userName(row.uid)]));
  const select = find("whose");
  const key = [...users.keys()].sort().join(" ");
  if (select.dataset.users === key || document.activeElement === select) return;
  select.dataset.users = key;
  const sorted = [...users].filter(([uid]) => uid !== "undefined").sort((a, b) => a[1].localeCompare(b[1]));
  select.replaceChildren(html("option", { value: "" }, "everyone"), ...sorted.map(([uid, name]) => html("option", { value: uid }, name)));
  select.value = wishes.user;
}

function view(name) {
  page.view = name;
  find("map").hidden = name !== "map";
  find("table").hidden = name !== "table";
  find("as-map").setAttribute("aria-pressed", String(name === "map"));
  find("as-table").setAttribute("aria-pressed", String(name === "table"));
  nameView();
  card.hide();
  show(true);
}

/** What the panel below the tabs is called. */
function nameView() {
  find("view-title").textContent = `${page.view === "map" ? "Map" : "Table"} of ${kindNames[page.kind]} namespaces`;
}

function nextFound() {
  if (page.view === "table") return table.focusNext();
  const order = map.inOrder().filter((node) => node.members.some((row) => page.found?.has(row.key)));
  if (!order.length) return;
  const at = order.findIndex((node) => node.key === map.focused);
  map.focus(order[(at + 1) % order.length].key);
}

find("search").addEventListener("input", (event) => {
  page.search = event.target.value.trim();
  soon();
});
find("search").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  // Else the key would press the button that has the focus then.
  event.preventDefault();
  nextFound();
});
find("only-borders").addEventListener("change", (event) => ((wishes.onlyBorders = event.target.checked), soon()));
find("kernel").addEventListener("change", (event) => ((wishes.showsKernel = event.target.checked), soon()));
find("whose").addEventListener("change", (event) => ((wishes.user = event.target.value), soon()));
find("fold-all").addEventListener("click", () => (wishes.unfolded.clear(), soon()));
find("as-map").addEventListener("click", () => view("map"));
find("as-table").addEventListener("click", () => view("table"));
find("nearer").addEventListener("click", () => map.view.zoom(1.35));
find("further").addEventListener("click", () => map.view.zoom(1 / 1.35));
find("whole").addEventListener("click", () => map.view.release());
find("help-button").addEventListener("click", () => find("help").showModal());
find("theme").addEventListener("click", () => {
  const { dataset } = document.documentElement;
  const shown = dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  dataset.theme = shown === "dark" ? "light" : "dark";
});
new ResizeObserver(() => soon()).observe(find("map"));

// Keys.

const keys = {
  "/": () => find("search").focus(), t: () => view("table"), m: () => view("map"), "?": () => find("help").showModal(),
  "+": () => map.view.zoom(1.35), "=": () => map.view.zoom(1.35), "-": () => map.view.zoom(1 / 1.35), 0: () => map.view.release(),
  ...Object.fromEntries(kinds.map((kind, index) => [String(index + 1), () => choose(kind)])),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") return escape(event);
  const isTyping = event.target.closest("input:not([type=checkbox],[type=range]), select, textarea");
  if (isTyping || !find("single-keys").checked || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

function escape(event) {
  if (card.dismiss()) return;
  if (event.target === find("search")) {
    find("search").value = page.search = "";
    return soon();
  }
  if (openMenu()) closeMenu();
  else if (inspector.row) unpin();
  else if (history.past) timeline.returnToNow();
}

const openMenu = () => document.querySelector("details.menu[open]");

/** Closes the menu of filters by the keyboard: what had the focus in it is gone. */
function closeMenu() {
  const menu = openMenu();
  menu.open = false;
  menu.querySelector("summary").focus();
}

document.addEventListener("pointerdown", (event) => {
  const menu = openMenu();
  if (menu && !menu.contains(event.target)) menu.open = false;
});

// The feed.

const words = {
  live: "live", lost: "connection lost, trying again", ended: "ended: the program that served this page is gone",
};

/** Tells whoever listens of new namespaces, not of all else that happens. */
function announce(event, known) {
  const fresh = event.namespaces.filter((one) => !known.has(one.key)).slice(0, 3);
  if (event.setting || !fresh.length) return;
  find("news").textContent = fresh.map((one) => {
    const member = event.processes.find((row) => row.ns?.[one.kind] === one.inode);
    const who = member ? `, with ${visible(member.name)} ${member.pid}` : "";
    return `New ${kindNames[one.kind]} namespace ${history.live.letter(one.kind, one.inode)}${who}.`;
  }).join(" ");
}

listen(
  (event) => {
    const known = new Set(history.live.namespaces.keys());
    // Times are those of this browser: the machine may be reached through a tunnel, with another clock.
    history.take({ ...event, time: Date.now() });
    announce(event, known);
    find("host").textContent = visible(history.live.setting.host);
    document.title = `Pangaea: ${visible(history.live.setting.host)}`;
    if (!history.past) soon();
  },
  (state) => {
    document.body.dataset.state = state;
    find("state-words").textContent = words[state];
  },
);
if (location.search) window.history.replaceState(null, "", `${location.pathname}${location.hash}`);
