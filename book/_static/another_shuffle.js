// The test scores of 200 splits, drawn one after the other (chapter 7). Right and rule hold
// how many of the test passengers the neuron and the rule got right, split by split.
figures.add("another-shuffle", ({right, rule, test}, element) => {
  const BASE = 136, UNIT = 2.5, WIDE = 3;
  const x = figures.scale(0.7, 0.87, 8, 392);
  const WIDTH = (x(WIDE / test) - x(0.2 / test)).toFixed(1);
  const mean = numbers => numbers.reduce((sum, k) => sum + k, 0) / numbers.length / test;
  const share = k => figures.fixed(k, 3);

  // Each split is a block, on top of those with nearly the same score.
  const height = {};
  const blocks = right.map(k => {
    const bar = Math.ceil(k / WIDE) - 1;
    height[bar] = (height[bar] ?? 0) + 1;
    return `M${x((WIDE * bar + 0.6) / test).toFixed(1)} ${
      (BASE - UNIT * height[bar]).toFixed(1)}h${WIDTH}v${UNIT - 0.4}h-${WIDTH}z`;
  });
  const drawn = state => Math.max(1, Math.min(Math.round(state.draws), right.length));
  const draw = more => state => ({draws: drawn(state) + more, report: 0});

  return {
    first: {draws: 1, report: 0},
    html: `<svg viewBox="0 0 400 168" aria-hidden="true">
        <path d="${blocks.join("")}" fill="var(--survived)" fill-opacity="0.3"/>
        <path class="drawn" fill="var(--survived)"/><path class="latest"/>
        <path d="M${x(mean(rule))} 4V${BASE}" stroke="var(--died)" stroke-width="2"/>
        ${figures.text(x(mean(rule)) + 4, 13, "mean of the rule", "start")}
        <path class="axis" d="M0 ${BASE}H400"/>
        ${[70, 75, 80, 85].map(tick =>
          figures.text(x(tick / 100), BASE + 13, `${tick}%`)).join("")}
        ${figures.text(392, BASE + 27, "test accuracy", "end")}
        <g class="mean"><path d="M0 ${BASE + 17}l5 8h-10z"/>
          ${figures.text(8, BASE + 27, "mean so far", "start")}</g>
        <path class="axis best" d="M0 18V${BASE}" stroke-dasharray="3 2"/></svg>
      ${figures.buttons({draw: "Draw a split", "draw-20": "Draw 20",
                         "best-of": "Report the best", restart: "Start again"})}
      ${figures.values({draws: "splits drawn", neuron: "this one: neuron", rule: "rule",
                        lead: "lead in passengers"})}
      ${figures.values({best: "best so far", mean: "mean so far"})}
      ${figures.values({report: "report:"})}`,
    act: {
      draw: draw(1), "draw-20": draw(20),
      "best-of": () => ({report: 1}), restart: () => ({draws: 1, report: 0}),
    },
    show(state) {
      const draws = drawn(state), scores = right.slice(0, draws);
      const now = scores.at(-1), best = Math.max(...scores), lead = now - rule[draws - 1];
      const part = name => element.querySelector(`svg .${name}`);
      const move = (name, to) => part(name).setAttribute("transform", `translate(${x(to)})`);
      part("drawn").setAttribute("d", blocks.slice(0, draws).join(""));
      part("latest").setAttribute("d", blocks[draws - 1]);
      move("mean", mean(scores));
      move("best", best / test);
      part("best").style.display = state.report ? "" : "none";
      return {
        draws: String(draws), neuron: share(now / test), rule: share(rule[draws - 1] / test),
        lead: (lead > 0 ? "+" : "") + lead, best: share(best / test), mean: share(mean(scores)),
        report: state.report
          ? `“${figures.fixed(100 * best / test, 1)}% right on unseen passengers”` : "none yet",
      };
    },
  };
});
