// How many passengers the neuron and the rule get right, split by split (chapter 7).
add_figure("another-shuffle", ({right, rule, test}) => {
const BASE = 136, UNIT = 2.5, WIDE = 3, x = scale(0.7, 0.87, 8, 392);
const WIDTH = (x(WIDE / test) - x(0.2 / test)).toFixed(1);
const mean = numbers => neuron.mean(numbers) / test;

// Each split is a block, on top of those with nearly the same score.
const height = {};
const blocks = right.map(k => {
  const bar = Math.ceil(k / WIDE) - 1;
  height[bar] = (height[bar] ?? 0) + 1;
  return `M${x((WIDE * bar + 0.6) / test).toFixed(1)} ${
    (BASE - UNIT * height[bar]).toFixed(1)}h${WIDTH}v${UNIT - 0.4}h-${WIDTH}z`;
});
const draw_more = splits => ({draws}) => ({draws: draws + splits, report: 0});

return {
  first: {draws: 1, report: 0}, most: {draws: right.length, report: 1},
  html: `${svg(168, `<path class="to-come" d="${blocks.join("")}"/>
    <path class="drawn"/><path class="latest"/><path class="rule" d="M${x(mean(rule))} 4V${BASE}"/>
    ${text(x(mean(rule)) + 4, 13, "mean of the rule", "start")}
    <path class="axis" d="M0 ${BASE}H400"/>
    ${xticks(k => x(k / 100), BASE + 13, [70, 75, 80, 85], "%")}
    ${text(392, BASE + 27, "test accuracy", "end")}
    <g class="mean"><path d="M0 ${BASE + 17}l5 8h-10z"/>
    ${text(8, BASE + 27, "mean so far", "start")}</g><path class="axis best" d="M0 18V${BASE}"/>`)}
    ${buttons({draw: "One more split", "draw-20": "20 more",
               "best-of": "Report the best", restart: "Start again"})}
    ${values({draws: "splits drawn", neuron: "this one: neuron", rule: "rule",
              lead: "lead in passengers"})}
    ${values({best: "best so far", mean: "mean so far"})}${values({report: "report:"})}`,
  act: {draw: draw_more(1), "draw-20": draw_more(20), "best-of": {report: 1},
        restart: {draws: 1, report: 0}},
  show({draws, report}, draw) {
    const scores = right.slice(0, draws), best = Math.max(...scores) / test;
    const now = scores.at(-1), other = rule[draws - 1], lead = now - other;
    draw(".drawn", {d: blocks.slice(0, draws).join("")});
    draw(".latest", {d: blocks[draws - 1]});
    draw(".mean", {transform: `translate(${x(mean(scores))})`});
    draw(".best", {transform: `translate(${x(best)})`, opacity: report ? 1 : 0});
    return {
      draws, neuron: fixed(now / test), rule: fixed(other / test),
      lead: (lead > 0 ? "+" : "") + lead, best: fixed(best), mean: fixed(mean(scores)),
      report: report ? `“${fixed(100 * best, 1)}% right on unseen passengers”` : "none yet",
    };
  },
};
});
