/** One line about what became of a click: good news goes away by itself, bad news waits to be dismissed. */

import { h } from "./dom.ts";

const goodNewsFor = 5000;

export class Notice {
  readonly element = h("div", { class: "notice", role: "status", hidden: true });
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param again offered as a button where a new search would help */
  say(text: string, problem: boolean, again: (() => void) | null): void {
    const button = (props: object, work: () => void) => {
      const made = h("button", { type: "button", ...props });
      made.addEventListener("click", () => {
        this.element.hidden = true;
        work();
      });
      return made;
    };
    const search = again && button({ text: "Search again" }, again);
    const close = button({ class: "quiet", "aria-label": "Dismiss", text: "✕" }, () => {});
    const news = h("div", { class: "notice-text" }, h("span", { text }), ...(search ? [search] : []));
    this.element.replaceChildren(news, close);
    this.element.classList.toggle("problem", problem);
    this.element.hidden = false;
    clearTimeout(this.timer);
    if (problem) return;
    this.timer = setTimeout(() => {
      this.element.hidden = true;
    }, goodNewsFor);
  }
}
