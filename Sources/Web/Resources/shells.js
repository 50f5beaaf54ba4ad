// The two shells as they are seen: xterm.js draws them, the program on the other side has them on real pseudo-terminals.

import { FitAddon, Terminal } from "./xterm.js";
import { screenDocument } from "./screen.js";

const encoder = new TextEncoder();
/** What a terminal says of itself, asked or not: its kind, its state, where the cursor and the focus are, a colour. */
const answers = /^\x1b(?:\[[?>=]?[\d;]*[cnR]|\[[IO]|\[\??[\d;]*\$y|[\]P][^]*)$/;

const themes = {
  light: {
    background: "#ffffff", foreground: "#1b2830", cursor: "#0a6187", cursorAccent: "#ffffff", selectionBackground: "#b5d7e6",
    black: "#1b2830", red: "#a63d00", green: "#00694d", yellow: "#7a5500", blue: "#005a8f", magenta: "#8a3b66", cyan: "#0a6187",
    white: "#51626d", brightBlack: "#51626d", brightRed: "#b84a00", brightGreen: "#007a5a", brightYellow: "#8a6100",
    brightBlue: "#0069a8", brightMagenta: "#9c4676", brightCyan: "#0b6f9a", brightWhite: "#1b2830",
  },
  dark: {
    background: "#0e161d", foreground: "#e4ecf1", cursor: "#6cc3ea", cursorAccent: "#0e161d", selectionBackground: "#2c4d60",
    black: "#1b2833", red: "#ff9d6b", green: "#4fd0a5", yellow: "#f0c24b", blue: "#7db8ff", magenta: "#e3a1c4", cyan: "#6cc3ea",
    white: "#cfdae1", brightBlack: "#9aacb8", brightRed: "#ffb38c", brightGreen: "#7be0bf", brightYellow: "#f5d67f",
    brightBlue: "#a3ccff", brightMagenta: "#efc0d9", brightCyan: "#95d4f2", brightWhite: "#ffffff",
  },
};

/** One shell in an element; `on` is told of `leave` and `check`, keys that a shell's program is not to have. */
export class Shell {
  constructor(name, section, socket, on) {
    this.name = name;
    this.section = section;
    this.host = section.querySelector(".screen");
    this.socket = socket;
    this.on = on;
    /** So many times it is being painted anew just now. */
    this.paintings = 0;
    this.screen = new Terminal({
      documentOverride: screenDocument, screenReaderMode: true, minimumContrastRatio: 4.5, scrollback: 5000, fontSize: 13,
      fontFamily: 'ui-monospace, "DejaVu Sans Mono", "Liberation Mono", monospace', theme: themes.light,
      // Noise is no error of this page's. A link that a program prints leads nowhere.
      logLevel: "off",
      linkHandler: { activate: () => {} },
    });
    this.fitting = new FitAddon();
    this.screen.loadAddon(this.fitting);
    this.screen.open(this.host);
    this.screen.textarea.setAttribute("aria-label", `Shell ${name}. Control and closing bracket lead back to the lesson.`);
    this.screen.onData((text) => this.type(encoder.encode(text), answers.test(text)));
    this.screen.onBinary((text) => this.type(Uint8Array.from(text, (character) => character.charCodeAt(0)), false));
    this.screen.attachCustomKeyEventHandler((event) => this.isForShell(event));
    this.screen.onResize(() => this.tellSize());
    new ResizeObserver(() => this.fit()).observe(this.host);
  }

  /** Shows what was printed; the whole of it begins with an empty screen, and what it asks was answered long ago. */
  print(bytes, isWhole) {
    if (isWhole) {
      this.paintings++;
      this.screen.reset();
    }
    this.screen.write(bytes, () => {
      if (isWhole) this.paintings--;
      this.socket.say({ terminal: this.name, drawn: bytes.length });
    });
  }

  /** Hands on what was typed, at any time; what the terminal itself answers, unless it is being painted anew. */
  type(bytes, isAnswer) {
    if (!isAnswer || !this.paintings) this.socket.type(this.name, bytes, isAnswer);
  }

  /** Keys that lead out of the shell; all others are its program's. */
  isForShell(event) {
    const isShifted = event.ctrlKey && event.shiftKey && !event.altKey;
    const does =
      event.ctrlKey && !event.altKey && event.key === "]" || isShifted && event.code === "KeyL" ? () => this.on.leave()
        : isShifted && event.key === "Enter" ? () => this.on.check()
          : isShifted && event.code === "KeyC" ? () => document.execCommand("copy")
            : null;
    if (!does) return !(isShifted && event.code === "KeyV");
    event.preventDefault();
    if (event.type === "keydown") does();
    return false;
  }

  /** As many rows and columns as there is room for. */
  fit() {
    const size = this.fitting.proposeDimensions();
    if (size && size.rows > 1 && size.cols > 1) this.screen.resize(size.cols, size.rows);
  }

  tellSize() {
    this.socket.say({ terminal: this.name, rows: this.screen.rows, columns: this.screen.cols });
  }

  focus() {
    this.screen.focus();
  }

  dress(isDark) {
    this.screen.options.theme = isDark ? themes.dark : themes.light;
  }

  readAloud(isWanted) {
    this.screen.options.screenReaderMode = isWanted;
  }
}
