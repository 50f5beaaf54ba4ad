// The columns of the table: of namespaces and of processes, what each is sorted by and what it shows.

import { badge, conditionOf, membership } from "./memberships.js";
import { kindNames, kinds, nests } from "./world.js";
import { html, shortened, visible } from "./text.js";

const mostArrivals = 3;
const nothingSeen = "none that is seen";
const listed = (items) => items.flatMap((one, index) => (index ? ["; ", one] : [one]));

/** The columns of the namespaces of one kind. `kind` tells which one, `said` what was worked out of a row. */
export function namespaceColumns(kind, said) {
  return [
    {
      name: "Namespace", by: "namespace", value: (world, row) => said(row).index, indent: (world, row) => row.depth,
      cell: (world, row) => nameCell(world, kind(), row.inode),
    }, {
      name: "Lies in", by: "outer", isWanted: () => nests(kind()),
      value: (world, row) => (row.depth ? world.letterIndex(kind(), row.namespace.parent) : -2),
      cell: (world, row) => (row.depth ? badge(world, kind(), row.namespace.parent) : nothingSeen),
    }, {
      name: "Processes", by: "count", value: (world, row) => said(row).count,
      cell: (world, row) => (said(row).count ? String(said(row).count) : "uninhabited"),
    }, {
      name: "Came in from elsewhere", by: "came", title: "Processes whose parents are in another namespace",
      value: (world, row) => said(row).came.length,
      cell: (world, row) => arrivalsCell(world, kind(), said(row).came),
    }, {
      name: "Also kept by", by: "kept", title: "What keeps it beside the processes in it", look: () => "kept",
      value: (world, row) => said(row).kept.length,
      cell: (world, row) => listed(said(row).kept.map((words) => shortened(words, 90))),
    }, {
      name: "Owned by", by: "owner", title: "The user namespace whose root has rights over it",
      isWanted: () => kind() !== "user", value: (world, row) => row.namespace.owner ?? 0,
      cell: (world, row) => (row.inode === "?" ? "" : ownerCell(world, row.namespace.owner)),
    }, {
      name: "Made by", by: "maker", isWanted: () => kind() === "user",
      value: (world, row) => row.namespace.ownerUid ?? -1,
      cell: (world, row) => (row.inode === "?" ? "" : world.userName(row.namespace.ownerUid)),
    },
  ];
}

function nameCell(world, kind, inode) {
  return inode === "?" ? "not readable, or ended" : [badge(world, kind, inode), ` ${kind}:[${inode}]`];
}

function arrivalsCell(world, kind, came) {
  const shown = came.slice(0, mostArrivals).map((row) => [
    `${shortened(visible(row.name), 20)} ${row.pid} from `, badge(world, kind, world.membership(world.parent(row), kind)),
  ]);
  return listed(came.length > mostArrivals ? [...shown, `${came.length - mostArrivals} more`] : shown);
}

function ownerCell(world, owner) {
  return world.namespaces.has(`user:${owner}`) ? badge(world, "user", owner) : "not seen";
}

/** The columns of processes; `kind` tells which kind of namespace stands out. */
export function processColumns(kind) {
  const place = (world, row) => world.descents.get(row.key);
  const borders = (world, row) => world.borders(row).map((one) => `+${one}`).join(" ");
  return [
    {
      name: "Name", by: "name", value: (world, row) => row.name, indent: (world, row) => Math.min(place(world, row).depth, 12),
      cell: (world, row) => shortened(visible(row.kernel ? `[${row.name}]` : row.name), 40),
    }, {
      name: "PID", by: "pid", title: "Its PID, and those in the PID namespaces that it is nested in",
      value: (world, row) => row.pid, cell: (world, row) => [row.pid, ...(row.inside ?? [])].join(" → "),
    }, {
      name: "Parent", by: "parent", title: "In the order of descent",
      value: (world, row) => place(world, row).index, cell: (world, row) => parentCell(world.parent(row)),
    }, {
      name: "State", by: "state", look: (world, row) => row.condition,
      value: (world, row) => conditionOf(row), cell: (world, row) => conditionOf(row),
    }, { name: "Runs as", by: "user", value: (world, row) => row.uid ?? -1, cell: (world, row) => world.userName(row.uid) }, {
      name: "Borders", by: "borders", title: "The kinds in which it is not where its parent is", look: () => "borders",
      value: (world, row) => -world.borders(row).length, cell: borders,
    },
    ...kinds.map((one) => membershipColumn(one, kind)),
    {
      name: "Container", by: "container", value: (world, row) => row.container ?? "",
      cell: (world, row) => shortened(visible(row.container ?? ""), 36),
    }, {
      name: "Command line", by: "line", look: () => "line", value: (world, row) => row.line ?? "",
      cell: (world, row) => shortened(visible(row.line ?? ""), 120),
    },
  ];
}

function parentCell(parent) {
  return parent ? `${shortened(visible(parent.name), 20)} ${parent.pid}` : nothingSeen;
}

function membershipColumn(kind, current) {
  return {
    name: kindNames[kind], by: `${kind}:`, title: `${kindNames[kind]} namespace`,
    value: (world, row) => (row.ns?.[kind] ? world.letterIndex(kind, row.ns[kind]) : -2),
    look: (world, row) =>
      `${world.borders(row).includes(kind) ? "changed" : "inherited"}${kind === current() ? " current" : ""}`,
    cell: (world, row) => membershipCell(world, row, kind, kind === current()),
  };
}

/** The namespace of a process; where it is not its parent's, also which one that is, to be seen of the kind that stands out. */
function membershipCell(world, row, kind, isCurrent) {
  const own = membership(world, row, kind);
  if (!world.borders(row).includes(kind)) return own;
  const parent = world.parent(row);
  return [
    html("b", { class: "plus" }, "+", html("span", { class: "unseen" }, "changed ")), own,
    parent ? html("small", { class: isCurrent ? null : "unseen" }, " was ", badge(world, kind, world.membership(parent, kind))) : null,
  ];
}
