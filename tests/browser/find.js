// Finds an element in the topmost dialog, or on the page without a dialog: a button or an option by its accessible name, a field by its label, or any element by a selector.
const [kind, wanted] = arguments;
const root = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
const normalize = (text) => text.replace(/\s+/g, " ").trim();
const visibleText = (element) => {
  const copy = element.cloneNode(true);
  copy.querySelectorAll("[aria-hidden=true]").forEach((hidden) => hidden.remove());
  return normalize(copy.textContent);
};
const nameOf = (element) => normalize(element.getAttribute("aria-label") ?? visibleText(element));
const isVisible = (element) => element.checkVisibility({ visibilityProperty: true });
const first = (selector, matches) => [...root.querySelectorAll(selector)].find((element) => isVisible(element) && matches(element)) ?? null;

if (kind === "any") return root.querySelector(wanted);
if (kind === "selector") return first(wanted, () => true);
if (kind === "press") return first("button, a[href], [role=menuitem], label.option, label.toggle", (element) => nameOf(element) === wanted);
if (kind === "option") return first("[role=listbox] [role=option]:not([aria-disabled=true])", (element) => nameOf(element).includes(wanted));
const labels = [...root.querySelectorAll("label")].filter((label) => visibleText(label).split(" ·")[0] === wanted);
return labels.map((label) => label.control).find((control) => control && isVisible(control))
  ?? first("input, select, textarea", (element) => element.getAttribute("aria-label") === wanted);
