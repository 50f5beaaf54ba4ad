// Markdown as the courses have it: paragraphs, lists, tables, code, and within a line code and emphasis. It becomes elements
// whose texts are texts; nothing is read as HTML.

import { html } from "./text.js";

const span = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*/g;

/** A line's pieces. */
export function inline(text) {
  const pieces = [];
  let end = 0;
  for (const found of text.matchAll(span)) {
    pieces.push(text.slice(end, found.index));
    const [whole, code, strong, emphasis] = found;
    pieces.push(code !== undefined ? html("code", {}, code) : strong !== undefined ? html("strong", {}, strong) : html("em", {}, emphasis));
    end = found.index + whole.length;
  }
  return [...pieces, text.slice(end)].filter((piece) => piece !== "");
}

function table(lines) {
  const rows = lines.filter((line) => !/^\|[\s:|-]+$/.test(line)).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  const [head, ...body] = rows;
  return html("table", { class: "prose" },
    html("thead", {}, html("tr", {}, head.map((cell) => html("th", { scope: "col" }, inline(cell))))),
    html("tbody", {}, body.map((row) => html("tr", {}, row.map((cell) => html("td", {}, inline(cell)))))));
}

/** What kind of block a line belongs to. */
function kindOf(line) {
  if (line === "") return "gap";
  if (line.startsWith("|")) return "table";
  if (line.startsWith("    ")) return "code";
  return "text";
}

/** The elements of a text. */
export function blocks(text) {
  const made = [];
  const lines = text.trim().split("\n");
  for (let at = 0; at < lines.length;) {
    if (lines[at].startsWith("```")) {
      const end = lines.indexOf("```", at + 1);
      const last = end < 0 ? lines.length : end;
      made.push(html("pre", { tabindex: "0" }, html("code", {}, lines.slice(at + 1, last).join("\n"))));
      at = last + 1;
      continue;
    }
    const kind = kindOf(lines[at]);
    let end = at + 1;
    while (end < lines.length && kindOf(lines[end]) === kind && !lines[end].startsWith("```")) end += 1;
    made.push(...of(kind, lines.slice(at, end)));
    at = end;
  }
  return made;
}

function of(kind, lines) {
  if (kind === "gap") return [];
  if (kind === "table") return [table(lines)];
  if (kind === "code") return [html("pre", { tabindex: "0" }, html("code", {}, lines.map((line) => line.slice(4)).join("\n")))];
  const made = [];
  let items = null;
  let words = [];
  const end = () => {
    if (!words.length) return;
    const text = inline(words.join(" "));
    if (items) items.append(html("li", {}, text));
    else made.push(html("p", {}, text));
    words = [];
  };
  for (const line of lines) {
    if (line.startsWith("- ")) {
      end();
      if (!items) made.push(items = html("ul", {}));
      words = [line.slice(2)];
    } else {
      words.push(line.trim());
    }
  }
  end();
  return made;
}
