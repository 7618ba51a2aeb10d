// The pages work without this. It only shows that something is on its way.
"use strict";
document.addEventListener("htmx:beforeRequest", () => {
  document.body.setAttribute("aria-busy", "true");
  document.getElementById("notice").replaceChildren();
});
document.addEventListener("htmx:afterRequest", () => document.body.removeAttribute("aria-busy"));
document.addEventListener("htmx:sendError", () => {
  document.getElementById("notice").textContent = "No answer: check the connection and try again.";
});
