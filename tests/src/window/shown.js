// Answers when an element can be seen and a frame with it was painted: the time of day then. With
// something to press first, how long that took in milliseconds.
const [selector, pressed] = arguments;
const done = arguments[arguments.length - 1];
const began = pressed ? performance.now() : 0;
const now = () => (pressed ? performance.now() - began : Date.now());
const look = () => {
  const seen = document.querySelector(selector)?.checkVisibility();
  requestAnimationFrame(seen ? () => done(now()) : look);
};
if (pressed) document.querySelector(pressed).click();
look();
