// Answers when an element can be seen and a frame with it was painted: the time of day then.
const selector = arguments[0];
const done = arguments[arguments.length - 1];
const look = () => {
  const seen = document.querySelector(selector)?.checkVisibility();
  requestAnimationFrame(seen ? () => done(Date.now()) : look);
};
look();
