// A document for xterm.js, which makes style elements and style attributes. The page's Content-Security-Policy forbids both
// to everybody, and is to stay so strict; what is set by constructed style sheets and by CSSOM it lets pass.

/** Stands for a style element: what is put into it goes to a style sheet of the page. */
function sheetElement() {
  const element = document.createElement("template");
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  Object.defineProperty(element, "textContent", { set: (rules) => sheet.replaceSync(rules), get: () => "" });
  return element;
}

/** The pieces of a line, which are given their colours by an attribute. */
HTMLSpanElement.prototype.setAttribute = function setAttribute(name, value) {
  if (name === "style") this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
};

function createElement(name, options) {
  return name === "style" ? sheetElement() : document.createElement(name, options);
}

/** The page's document, but for the elements that it makes. */
export const screenDocument = new Proxy(document, {
  get(target, name) {
    if (name === "createElement") return createElement;
    const value = Reflect.get(target, name, target);
    return typeof value === "function" ? value.bind(target) : value;
  },
  set: (target, name, value) => Reflect.set(target, name, value, target),
});
