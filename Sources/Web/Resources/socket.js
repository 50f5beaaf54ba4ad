// The line to the program: where the learner is and what the shells print comes in, what a person does goes out. When it
// breaks, it is taken up again; the program then paints everything anew.

const terminals = ["A", "B"];
const mark = 0x80;
const patience = 1000;
/** How much is typed with one message, in bytes. */
const longest = 1 << 16;

/**
 * A WebSocket that is opened again when it is lost.
 *
 * `on` is told of `course` and `session` (see CourseJSON.swift), of `output(terminal, bytes, isWhole)`, of `opened`, and of the
 * `state`: `live`, `lost`, `elsewhere` (another window has the course), `left`.
 */
export class Socket {
  constructor(on, address = `ws://${location.host}${location.pathname}socket`) {
    this.on = on;
    this.address = address;
    this.open();
  }

  open() {
    this.isDone = false;
    this.line = new WebSocket(this.address);
    this.line.binaryType = "arraybuffer";
    this.line.onopen = () => {
      this.on.state("live");
      this.on.opened();
    };
    this.line.onclose = () => {
      if (this.isDone) return;
      this.on.state("lost");
      setTimeout(() => this.open(), patience);
    };
    this.line.onmessage = ({ data }) => (typeof data === "string" ? this.hear(JSON.parse(data)) : this.print(new Uint8Array(data)));
  }

  hear(message) {
    if (message.course) this.on.course(message.course);
    if (message.session) this.on.session(message.session);
    if (message.state) {
      this.isDone = true;
      this.on.state(message.state);
    }
  }

  print(bytes) {
    const terminal = terminals[bytes[0] & ~mark];
    if (terminal) this.on.output(terminal, bytes.subarray(1), Boolean(bytes[0] & mark));
  }

  /** Says something in JSON. */
  say(message) {
    if (this.line.readyState === WebSocket.OPEN) this.line.send(JSON.stringify(message));
  }

  /** Hands on what was typed at a terminal, or what the terminal itself answered; something long in several messages. */
  type(terminal, bytes, isAnswer) {
    for (let start = 0; start < bytes.length && this.line.readyState === WebSocket.OPEN; start += longest) {
      const part = bytes.subarray(start, start + longest);
      const message = new Uint8Array(part.length + 1);
      message[0] = terminals.indexOf(terminal) | (isAnswer ? mark : 0);
      message.set(part, 1);
      this.line.send(message);
    }
  }
}
