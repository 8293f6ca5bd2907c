// Finds what a person would name: a role and an accessible name, as axe-core works them out.
// arguments: role, name (null for any). Returns the visible matches, in page order. While a modal
// dialog is open only what it holds can be found, as only that can be reached.
const [role, name] = arguments;
const dialogs = [...document.querySelectorAll("dialog:modal")];
const scope = dialogs.length > 0 ? dialogs[dialogs.length - 1] : document.body;
const wanted = name === null ? null : name.replace(/\s+/g, " ").trim();

// A cheap first sieve, so that names are worked out for few elements only.
const tags = {
  button: "button, summary, input[type=submit], input[type=button]",
  link: "a[href]",
  textbox: "input, textarea",
  searchbox: "input[type=search]",
  spinbutton: "input[type=number]",
  checkbox: "input[type=checkbox]",
  radio: "input[type=radio]",
  combobox: "select, input",
  listbox: "select",
  option: "option, li",
  heading: "h1, h2, h3, h4, h5, h6",
  row: "tr",
  cell: "td",
  columnheader: "th",
  table: "table",
  dialog: "dialog",
  list: "ul, ol",
  listitem: "li",
  navigation: "nav",
  main: "main",
  status: "output",
  group: "fieldset",
  form: "form",
};
const sieve = [`[role~="${role}"]`, tags[role]].filter(Boolean).join(", ");
const shown = (element) =>
  element.checkVisibility({ checkOpacity: false, visibilityProperty: true }) &&
  element.closest("[aria-hidden=true], [inert]") === null;
const candidates = [...(scope.matches(sieve) ? [scope] : []), ...scope.querySelectorAll(sieve)].filter(shown);

axe.setup(document.documentElement);
try {
  return candidates.filter(
    (element) =>
      axe.commons.aria.getRole(element) === role &&
      (wanted === null ||
        axe.commons.text.accessibleText(element).replace(/\s+/g, " ").trim() === wanted),
  );
} finally {
  axe.teardown();
}
