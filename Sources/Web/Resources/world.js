// The world as the page knows it: what the feed has told so far, and how it was a while ago.

import { letterOf } from "./text.js";

/** The eight kinds, the two that nest first. */
export const kinds = ["user", "pid", "mnt", "net", "uts", "ipc", "cgroup", "time"];

/** The kinds as people write them. */
export const kindNames = {
  user: "User", pid: "PID", mnt: "Mount", net: "Network", uts: "UTS", ipc: "IPC", cgroup: "Cgroup", time: "Time",
};

/** What the namespaces without a letter are of: the machine, unless the page shows less. */
export const home = { name: "machine" };

/** The kinds whose namespaces lie in one another. */
export const nests = (kind) => kind === "user" || kind === "pid";

/** All processes and namespaces at one moment. */
export class World {
  constructor() {
    this.setting = { host: "", machine: {}, users: {}, allowsKill: false };
    this.processes = new Map();
    this.namespaces = new Map();
    this.letters = new Map();
    this.lost = 0;
    this.version = 0;
  }

  /** Another of the same content, which changes by itself from now on; letters are shared. */
  copy() {
    const other = new World();
    other.setting = this.setting;
    other.processes = new Map(this.processes);
    other.namespaces = new Map(this.namespaces);
    other.letters = this.letters;
    other.lost = this.lost;
    return other;
  }

  /** Applies an event of the feed, and gives back the event that undoes it. */
  apply(event) {
    const undo = { processes: [], gone: [], namespaces: [], sunken: [] };
    if (event.setting) this.setting = event.setting;
    this.lost = event.lost ?? this.lost;
    World.change(this.processes, event.processes, event.gone, undo.processes, undo.gone);
    World.change(this.namespaces, event.namespaces, event.sunken, undo.namespaces, undo.sunken);
    for (const namespace of event.namespaces) this.letter(namespace.kind, namespace.inode);
    this.version += 1;
    this.index = null;
    return undo;
  }

  static change(map, changed, removed, undoChanged, undoRemoved) {
    for (const key of removed) {
      if (map.has(key)) undoChanged.push(map.get(key));
      map.delete(key);
    }
    for (const row of changed) {
      const before = map.get(row.key);
      if (before) undoChanged.push(before);
      else undoRemoved.push(row.key);
      map.set(row.key, row);
    }
  }

  /** The letter of a namespace; empty for the machine's own. It stays the same as long as the page is open. */
  letter(kind, inode) {
    const index = this.letterIndex(kind, inode);
    return index < 0 ? "" : letterOf(index);
  }

  /** The number behind the letter; -1 for the machine's own. */
  letterIndex(kind, inode) {
    if (this.setting.machine[kind] === inode) return -1;
    if (!this.letters.has(kind)) this.letters.set(kind, new Map());
    const letters = this.letters.get(kind);
    if (!letters.has(inode)) letters.set(inode, letters.size);
    return letters.get(inode);
  }

  /** What follows from the rows, worked out once for each state. */
  get relations() {
    if (this.index) return this.index;
    const byPID = new Map();
    const children = new Map();
    const counts = new Map();
    for (const row of this.processes.values()) byPID.set(row.pid, row);
    for (const row of this.processes.values()) {
      const parent = this.parentAmong(byPID, row);
      const key = parent?.key ?? "";
      if (!children.has(key)) children.set(key, []);
      children.get(key).push(row);
      for (const kind of kinds) {
        const name = `${kind}:${row.ns?.[kind] ?? "?"}`;
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
    for (const list of children.values()) list.sort((a, b) => a.pid - b.pid);
    this.index = { byPID, children, counts };
    return this.index;
  }

  /** A snapshot takes time: a parent that is younger than its child got the PID later. */
  parentAmong(byPID, row) {
    const parent = byPID.get(row.ppid);
    return parent && parent !== row && parent.start <= row.start ? parent : undefined;
  }

  /** For each process, by its key, how many ancestors are seen, and where it stands when each parent is before its children. */
  get descents() {
    const { relations } = this;
    if (relations.descents) return relations.descents;
    const found = new Map();
    const waiting = [...(relations.children.get("") ?? [])].reverse().map((row) => [row, 0]);
    while (waiting.length) {
      const [row, depth] = waiting.pop();
      found.set(row.key, { index: found.size, depth });
      for (const child of [...this.children(row)].reverse()) waiting.push([child, depth + 1]);
    }
    // In a look at what changes meanwhile, two may each be the parent of the other.
    for (const key of this.processes.keys()) if (!found.has(key)) found.set(key, { index: found.size, depth: 0 });
    relations.descents = found;
    return found;
  }

  /** The parent of a process; undefined where it has none that is seen. */
  parent(row) {
    return this.parentAmong(this.relations.byPID, row);
  }

  /** The children of a process, by their PIDs. */
  children(row) {
    return this.relations.children.get(row.key) ?? [];
  }

  /** From the oldest ancestor to the process itself. */
  descent(row) {
    const line = [];
    for (let one = row; one && line.length < 1000; one = this.parent(one)) line.unshift(one);
    return line;
  }

  /**
   * Where a process is taken to be: where it is, or where that may not be read, or it is a zombie and in no namespace any
   * more, where its nearest ancestor is of which that is known, or the machine.
   */
  membership(row, kind) {
    let one = row;
    for (let steps = 0; one && !one.ns?.[kind] && steps < 1000; steps += 1) one = this.parent(one);
    return one?.ns?.[kind] ?? this.setting.machine[kind] ?? "?";
  }

  /** The kinds in which a process is not where its parent is; of one without a parent, not where the machine is. */
  borders(row) {
    if (!row.ns) return [];
    const parent = this.parent(row);
    const outer = (kind) => (parent ? this.membership(parent, kind) : this.setting.machine[kind]);
    return kinds.filter((kind) => row.ns[kind] && outer(kind) && row.ns[kind] !== outer(kind));
  }

  /** How many processes are in a namespace. */
  count(kind, inode) {
    return this.relations.counts.get(`${kind}:${inode}`) ?? 0;
  }

  /** The namespaces of a kind: the machine's own first, then by letter. */
  ofKind(kind) {
    const found = [...this.namespaces.values()].filter((one) => one.kind === kind);
    return found.sort((a, b) => this.letterIndex(kind, a.inode) - this.letterIndex(kind, b.inode));
  }

  /** What may be missing, in words; empty where the kernel told of everything. */
  get gaps() {
    const { refusal } = this.setting;
    return [
      refusal && `polled, since the kernel announces nothing here (${refusal}): short-lived processes may be missed`,
      this.lost && `${this.lost} events were lost, and everything was looked at instead`,
    ].filter(Boolean);
  }

  userName(uid) {
    return uid === undefined ? "unknown" : this.setting.users[uid] ?? String(uid);
  }
}

/** How far back one can look, in milliseconds, and how many changed rows are kept for that at most. */
export const memory = 300_000;
const mostRows = 200_000;

/** The world as it is, and as it was during the last minutes. */
export class History {
  constructor() {
    this.live = new World();
    this.past = null;
    this.steps = [];
    this.rows = 0;
    this.began = Date.now();
  }

  /** Takes an event of the feed. */
  take(event) {
    if (event.setting) return this.begin(event);
    const undo = this.live.apply(event);
    const count = event.processes.length + event.gone.length;
    const splits = event.namespaces.filter((one) => undo.sunken.includes(one.key)).length;
    this.steps.push({ time: event.time, event, undo, count, splits });
    this.rows += count;
    const oldest = event.time - memory;
    while (this.steps.length && (this.steps[0].time < oldest || this.rows > mostRows)) {
      const step = this.steps.shift();
      this.rows -= step.count;
      this.began = step.time;
      if (this.past && this.cursor === 0) this.past.apply(step.event);
      else if (this.past) this.cursor -= 1;
    }
  }

  /** A feed begins with the whole world: after an interruption, nothing is known of the time between. */
  begin(event) {
    const letters = this.live.letters;
    this.live = new World();
    this.live.letters = letters;
    this.live.apply(event);
    this.steps = [];
    this.rows = 0;
    this.past = null;
    this.began = event.time;
  }

  /** The world that is to be shown. */
  get shown() {
    return this.past ?? this.live;
  }

  /** Shows the world as it was at a time; null for as it is. */
  seek(time) {
    if (time === null) {
      this.past = null;
      return;
    }
    if (!this.past) {
      this.past = this.live.copy();
      this.cursor = this.steps.length;
    }
    while (this.cursor > 0 && this.steps[this.cursor - 1].time > time) {
      this.cursor -= 1;
      this.past.apply(this.steps[this.cursor].undo);
    }
    while (this.cursor < this.steps.length && this.steps[this.cursor].time <= time) {
      this.past.apply(this.steps[this.cursor].event);
      this.cursor += 1;
    }
  }
}

/** Listens to the feed; `heard` is given each event, `state` whether there is a connection. */
export function listen(heard, state, address = "feed") {
  const source = new EventSource(address);
  source.onopen = () => state("live");
  source.onerror = () => state(source.readyState === EventSource.CLOSED ? "ended" : "lost");
  source.onmessage = (message) => heard(JSON.parse(message.data));
  return source;
}
