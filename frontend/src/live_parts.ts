/** htmx, set up for our content security policy: no eval, no injected styles, refusals are shown where they arise. */
import htmx from "htmx.org/dist/htmx.esm.js";
import { toast } from "./page";

htmx.config.allowEval = false;
htmx.config.allowScriptTags = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.historyCacheSize = 0;
htmx.config.scrollIntoViewOnBoost = false;
htmx.config.timeout = 20_000;
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "4..", swap: true, error: false },
  { code: "5..", swap: false, error: true },
];

const texts = () => document.getElementById("toasts")?.dataset;
document.addEventListener("htmx:responseError", () => toast(texts()?.textFailed));
document.addEventListener("htmx:sendError", () => toast(texts()?.textOffline));
document.addEventListener("htmx:timeout", () => toast(texts()?.textOffline));

export default htmx;
