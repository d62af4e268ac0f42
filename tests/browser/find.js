// What is called so, in the topmost window: something to press, a choice, the control of a label, or whatever a selector names.
const [kind, wanted] = arguments;
const root = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
const clean = (text) => text.replace(/\s+/g, " ").trim();
const said = (one) => {
  const copy = one.cloneNode(true);
  copy.querySelectorAll("[aria-hidden=true]").forEach((hidden) => hidden.remove());
  return clean(copy.textContent);
};
const called = (one) => clean(one.getAttribute("aria-label") ?? said(one));
const seen = (one) => one.checkVisibility({ visibilityProperty: true });
const first = (selector, fits) => [...root.querySelectorAll(selector)].find((one) => seen(one) && fits(one)) ?? null;

if (kind === "any") return root.querySelector(wanted);
if (kind === "selector") return first(wanted, () => true);
if (kind === "press") return first("button, a[href], [role=menuitem], label.option, label.toggle", (one) => called(one) === wanted);
if (kind === "option") return first("[role=listbox] [role=option]:not([aria-disabled=true])", (one) => called(one).includes(wanted));
const labelled = [...root.querySelectorAll("label")].filter((label) => said(label).split(" ·")[0] === wanted);
return labelled.map((label) => label.control).find((control) => control && seen(control))
  ?? first("input, select, textarea", (one) => one.getAttribute("aria-label") === wanted);
