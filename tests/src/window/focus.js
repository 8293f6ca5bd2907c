// What has the keyboard focus, as a screen reader would say it: [role, accessible name].
const element = document.activeElement;
if (element === null || element === document.body) return ["", ""];
axe.setup(document.documentElement);
try {
  const name = axe.commons.text.accessibleText(element).replace(/\s+/g, " ").trim();
  return [axe.commons.aria.getRole(element) ?? "", name];
} finally {
  axe.teardown();
}
