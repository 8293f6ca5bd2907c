// Runs every rule of axe-core over the page as it stands, and returns the violations only.
const done = arguments[arguments.length - 1];
axe.run(document, { resultTypes: ["violations"] }).then(
  ({ violations }) =>
    done({
      violations: violations.map(({ id, impact, help, nodes }) => ({
        rule: id,
        impact: impact ?? "unknown",
        help,
        places: nodes.map(({ target, html }) => `${target.join(" ")}: ${html.slice(0, 200)}`),
      })),
    }),
  (error) => done({ error: String(error) }),
);
