// Starts the page. WebKit says nothing when the program's own code is refused, so a failure here
// is put where a person sees it.
import init from "/ui.js";

try {
  await init({ module_or_path: "/ui_bg.wasm" });
} catch (error) {
  const message = document.createElement("p");
  message.setAttribute("role", "alert");
  message.textContent = `Branchline could not start its page: ${error}`;
  document.body.replaceChildren(message);
  throw error;
}
