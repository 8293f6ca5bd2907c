// Starts the page, and stands in for it when it cannot go on: a trap in the page's code ends that
// code for good, while what is on the screen goes on looking alive. Its words stand here and not
// with the others because the others went down with it.
import init from "/ui.js";

const stopped = (error) => error instanceof WebAssembly.RuntimeError;

function say_that_it_stopped() {
  if (document.getElementById("page-stopped-title")) return;
  const make = (name, properties, ...inside) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...inside);
    return element;
  };
  const reload = make("button", {
    type: "button",
    className: "pf-v6-c-button pf-m-primary",
    autofocus: true,
    onclick: () => location.reload(),
  }, make("span", { className: "pf-v6-c-button__text" }, "Load the page again"));
  reload.dataset.testid = "reload-page";
  const dialog = make("dialog", { className: "dialog" },
    make("div", { className: "dialog__box" },
      make("header", { className: "dialog__header" },
        make("h2", { className: "pf-v6-c-title pf-m-xl", id: "page-stopped-title" }, "The page has stopped")),
      make("div", { className: "dialog__body" },
        make("p", {}, "The program behind it works on. What was saved is saved, and the draft of an application is kept."),
        make("p", {}, "If you had just pressed a button, look at the history before you press it again.")),
      make("footer", { className: "dialog__footer" }, reload)));
  dialog.dataset.testid = "page-stopped";
  dialog.setAttribute("role", "alertdialog");
  dialog.setAttribute("aria-labelledby", "page-stopped-title");
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  document.body.append(dialog);
  dialog.showModal();
}

addEventListener("error", (event) => stopped(event.error) && say_that_it_stopped());
addEventListener("unhandledrejection", (event) => stopped(event.reason) && say_that_it_stopped());

try {
  await init({ module_or_path: "/ui_bg.wasm" });
} catch (error) {
  // WebKit says nothing when the program's own code is refused, so a failure here is put where a
  // person sees it.
  const message = document.createElement("p");
  message.setAttribute("role", "alert");
  message.textContent = `Branchline could not start its page: ${error}`;
  document.body.replaceChildren(message);
  throw error;
}
