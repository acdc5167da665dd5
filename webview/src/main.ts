/** Connects the panel to its window. */
import "./style.css";
import type { FromPanel, PanelState } from "../../server/src/features/explorer/protocol.ts";
import { Channel } from "./channel.ts";
import { Panel } from "./panel.ts";
import { onThemeChange, readTheme } from "./theme.ts";

declare function acquireVsCodeApi(): {
  postMessage(message: FromPanel): void;
  getState(): PanelState | undefined;
  setState(state: PanelState): void;
};

const editor = acquireVsCodeApi();
const design = document.body.dataset.design ?? "";
const root = document.getElementById("explorer");
let theme = readTheme();

if (root !== null) {
  const channel: Channel = new Channel(
    design,
    {
      post: (message) => editor.postMessage(message),
      later: (work, ms) => {
        const timer = setTimeout(work, ms);
        return () => clearTimeout(timer);
      },
    },
    (message) =>
      panel.receive(message.type === "welcome" ? { ...message, state: editor.getState() ?? message.state } : message),
  );
  const panel = new Panel(
    { send: (body) => channel.send(body), keep: (state) => editor.setState(state), theme: () => theme },
    root,
    design,
  );
  window.addEventListener("message", ({ data }) => channel.take(data));
  onThemeChange(() => {
    theme = readTheme();
    panel.later();
  });
  channel.open();
}
