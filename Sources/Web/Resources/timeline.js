// The slider over the last minutes, with marks where much happened and where namespaces split off.

import { memory } from "./world.js";
import { svg } from "./text.js";

const find = (id) => document.getElementById(id);

/** The foot of the page; `show` is called when another time is to be shown. */
export class Timeline {
  constructor(history, show) {
    this.history = history;
    this.show = show;
    this.slider = find("moment");
    this.slider.addEventListener("input", () => this.seek());
    find("now").addEventListener("click", () => this.returnToNow());
    setInterval(() => this.draw(), 1000);
    this.draw();
  }

  seek() {
    const back = Number(this.slider.value);
    this.time = back === 0 ? null : Date.now() + back * 1000;
    this.history.seek(this.time);
    this.draw();
    this.show();
  }

  returnToNow() {
    this.slider.value = "0";
    this.seek();
  }

  /** Keeps the time that is shown under the handle while time goes on. */
  draw() {
    const { history, slider } = this;
    const now = Date.now();
    const span = Math.min(memory / 1000, Math.max(10, Math.round((now - history.began) / 1000)));
    slider.min = String(-span);
    if (this.time) {
      const back = Math.round((this.time - now) / 1000);
      if (-back > span) return this.returnToNow();
      slider.value = String(back);
    }
    const back = -Number(slider.value);
    const words = back === 0 ? "now" : `${back < 60 ? "" : `${Math.floor(back / 60)} min `}${back % 60} s ago`;
    find("moment-words").textContent = words;
    slider.setAttribute("aria-valuetext", words);
    find("now").disabled = back === 0;
    document.body.classList.toggle("past", back !== 0);
    if (!document.hidden) this.drawMarks(now, span);
  }

  drawMarks(now, span) {
    const bins = new Map();
    for (const step of this.history.steps) {
      const at = Math.floor((now - step.time) / 1000 / span * 150);
      const bin = bins.get(at) ?? { count: 0, splits: 0 };
      bins.set(at, { count: bin.count + step.count, splits: bin.splits + step.splits });
    }
    const bars = [];
    for (const [at, bin] of bins) {
      if (at < 0 || at >= 150) continue;
      const height = Math.min(14, 2 + 3 * Math.log2(1 + bin.count));
      bars.push(svg("rect", { x: 149.2 - at, y: 20 - height, width: 0.6, height, class: bin.splits ? "split" : "bar" }));
      if (bin.splits) bars.push(svg("rect", { x: 149 - at, y: 0, width: 1, height: 5, class: "split" }));
    }
    const marks = find("marks");
    marks.setAttribute("viewBox", "0 0 150 20");
    marks.setAttribute("preserveAspectRatio", "none");
    marks.replaceChildren(...bars);
  }
}
