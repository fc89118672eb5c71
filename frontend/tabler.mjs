// Tabler's style sheet as our pages use it.

import postcss from "postcss";

// Components and colours of brands that no page has.
const UNUSED = new RegExp(
  "[-.](facebook|twitter|linkedin|google|youtube|vimeo|dribbble|github|instagram|pinterest|vk|rss|flickr|bitbucket" +
    "|azure|indigo|purple|pink|lime|teal|cyan)(-fg|-darken|-lt)*(?![\\w-])" +
    "|[.-](carousel|offcanvas|accordion|toast|ribbon|payment|flag|star|rating|chat|countdown|wave|otp|signature|segmented" +
    "|datagrid-horizontal|loader|tour|stamp|hide-theme|img-dark|img-light)(?![a-z])",
);

const NIGHT = "[data-bs-theme=dark]";
// As specific as the attribute that it stands for.
const NO_CHOICE = ":root:where(:not([data-bs-theme]))";

const isOurs = (selector) => !/theme-dark|\[data-theme|navbar-theme|body\[data-bs-theme/.test(selector);

// Night when somebody chose it, or when they chose nothing and their system says so.
function night(rule) {
  const selectors = rule.selectors.filter(isOurs);
  if (!selectors.some((selector) => selector.includes(NIGHT))) return;
  rule.selectors = selectors;
  if (rule.parent.type === "atrule") return;
  const copy = rule.clone({ selectors: selectors.map((selector) => selector.replace(NIGHT, NO_CHOICE)) });
  const media = postcss.atRule({ name: "media", params: "screen and (prefers-color-scheme: dark)" });
  media.append(copy);
  rule.after(media);
}

export function tabler(text) {
  const root = postcss.parse(text);
  root.walkRules((rule) => {
    if (rule.parent.type === "atrule" && rule.parent.name.includes("keyframes")) return;
    const used = rule.selectors.filter((selector) => !UNUSED.test(selector));
    if (used.length === 0) rule.remove();
    else rule.selectors = used;
  });
  root.walkDecls((decl) => {
    if (UNUSED.exec(`-${decl.prop.replace(/^--tblr-/, "")}`)?.index === 0) decl.remove();
  });
  const rules = [];
  root.walkRules((rule) => rules.push(rule));
  rules.forEach((rule) => rule.selector.includes(NIGHT) && night(rule));
  root.walkAtRules("media", (media) => media.nodes.length === 0 && media.remove());
  return root.toString();
}
