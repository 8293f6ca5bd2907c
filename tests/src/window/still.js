// Answers when the page stands still: fonts there, movements done, one frame painted.
const done = arguments[arguments.length - 1];
const ends = (animation) => {
  const timing = animation.effect?.getComputedTiming();
  return timing !== undefined && timing.endTime !== Infinity;
};
(async () => {
  await document.fonts.ready;
  await Promise.allSettled(document.getAnimations().filter(ends).map((animation) => animation.finished));
  await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
})().then(() => done(true), (error) => done(String(error)));
