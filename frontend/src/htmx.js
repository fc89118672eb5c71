// htmx under a strict content security policy, with swaps that leave alone what has not changed: a button under a thumb
// stays the same button while the page around it moves.

import htmx from "htmx.org";
import { Idiomorph } from "idiomorph";

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  defaultSwapStyle: "outerHTML",
  // What is swapped in listens at once: a field changed within htmx's usual 20 ms would ask for no preview.
  defaultSettleDelay: 0,
  scrollIntoViewOnBoost: false,
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "409|422", swap: true },
    { code: "...", swap: false, error: true },
  ],
});

// What a person has opened or ticked is theirs, whatever the server sends.
function isPersons(name, node) {
  if (name === "open") return true;
  return name === "checked" && node.matches?.("[data-keep]");
}

// What somebody types into keeps its value. Any other element with the focus is morphed whole: a button that kept its old
// caption could get another's value.
const isTypedInto = () => document.activeElement?.matches("input, textarea, select") ?? false;

// A text that somebody has begun stays as it is until it is sent, also while they look at something else.
const isBegun = (node) => node.matches?.("textarea[data-keep]") && node.value !== "";

const callbacks = {
  beforeNodeMorphed: (node) => !isBegun(node),
  beforeAttributeUpdated: (name, node) => !isPersons(name, node),
};

htmx.defineExtension("morph", {
  isInlineSwap: (style) => style === "morph",
  handleSwap(style, target, fragment) {
    if (style !== "morph") return false;
    const options = { morphStyle: "outerHTML", ignoreActiveValue: isTypedInto(), callbacks };
    return Idiomorph.morph(target, fragment.children, options);
  },
});

document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  if (detail.successful && target.matches?.("form[data-reset]")) target.reset();
});

window.htmx = htmx;

export default htmx;
