// Both losses of a neuron that knows only sex (chapter 5), and a walk down each (chapter 6).
add_figure("two-losses", ({men, women, walk}, find) => {
const END = 6, CELLS = 80, CELL = 2 * END / CELLS, UNIT = 80 / END, WIDE = 330;
const {losses} = neuron, labels = {"log-loss": "log loss", mae: "MAE"};
const outcomes = [men, women].map(([survived, all]) =>
  Array.from({length: all}, (_, i) => Number(i < survived)));
const y = outcomes.flat();
const X = outcomes.flatMap((of, sex) => of.map(() => [1 - sex, sex]));
const lowest = [men, women].map(([survived, all]) => Math.log(survived / (all - survived)));

// Twelve bands: the bluer, the lower. As each sex has its own weight, a loss has two parts.
const bands = ({loss}) => {
  const grid = Array.from({length: CELLS}, (_, i) => i * CELL - END);
  const [a, b] = outcomes.map(of => grid.map(w =>
    loss(of, of.map(() => w + CELL / 2)) * of.length / y.length));
  const low = Math.min(...a) + Math.min(...b), high = Math.max(...a) + Math.max(...b);
  const paths = Array(12).fill("");
  a.forEach((man, i) => b.forEach((woman, j) => {
    const share = (man + woman - low) / (high - low);
    paths[Math.min(11, Math.floor(12 * share ** 0.6))] +=
      `M${grid[i].toFixed(2)} ${grid[j].toFixed(2)}h${CELL}v${CELL}h-${CELL}z`;
  }));
  return each((i, d) => `<path class="band" d="${d}" fill-opacity="${0.8 - i / 15}"/>`, paths);
};
const dot = ([x, y], r) => `<circle class="place" cx="${x}" cy="${y}" r="${r}"/>`;
const chapter = ({gradient}) => {
  const way = neuron.walk(X, y, [0, 0], 400, 1, gradient);
  const dots = way.filter((_, i) => i % 20 == 0).map(w => dot(w, 0.14));
  return `<path class="thin" d="${line(way)}"/>${dots.join("")}`;
};
// Within data-map, x is the weight for men and y that for women.
const map = (name, x, lowest) => `<g transform="translate(${x} 94)">
  ${text(0, -85, labels[name])}${xticks(w => w * UNIT, 93, [-4, 0, 4])}
  ${text(0, 106, "weight for men")}${yticks(-85, w => -w * UNIT, [-4, 0, 4])}
  <g data-map="${name}" transform="scale(${UNIT} -${UNIT})">${bands(losses[name])}
  ${walk ? chapter(losses[name]) : ""}<g class="lowest">${dot(lowest, 0.25)}</g>
  <path class="own"/><circle class="here" r="0.38"/><circle class="grip" r="1.3"/></g></g>`;
const bar = (sex, [survived, all], y) => `<g transform="translate(60 ${y})">
  ${text(-60, 8, sex, "start")}<rect class="${sex}" height="10"/>
  <path class="axis" d="M0 10H${WIDE}M${WIDE * survived / all} -3v16"/>
  ${text(Math.min(WIDE * survived / all, 280), 22, `${survived} of ${all} survived`)}</g>`;

// What is set by hand is where a walk begins.
const put = (man, woman) => ({"weight-men": man, "weight-women": woman, steps: 0});
let way;
return {
  first: {...put(0, 0), loss: "log-loss", rate: 1}, most: {steps: 1000},
  html: `${svg(272, `${map("log-loss", 116, lowest)}${map("mae", 316, [-END, END])}
    <text transform="translate(9 94) rotate(-90)">weight for women</text>
    ${bar("men", men, 216)}${bar("women", women, 248)}`)}
    ${range("weight-men", "weight for men", -END, END, 0.01)}
    ${range("weight-women", "weight for women", -END, END, 0.01)}
    ${values({...labels, "probability-men": "probability for a man",
              "probability-women": "for a woman"})}
    ${walk ? beside(select("loss", "walk down the", labels),
      select("rate", "at a rate of", {0.1: "0.1", 1: "1", 10: "10"}), button("step", "1 step"),
      button("step-100", "100 steps"), value("steps", "steps")) : ""}
    ${buttons({zero: "Both weights zero", lowest: "Lowest log loss",
               corner: "Far into the corner"})}`,
  act: {
    "weight-men": (_, value) => put(value, way.at(-1)[1]),
    "weight-women": (_, value) => put(way.at(-1)[0], value),
    zero: put(0, 0), lowest: put(...lowest), corner: put(-END, END),
    step: more("steps", 1), "step-100": more("steps", 100),
  },
  show(state, draw) {
    way = neuron.walk(X, y, [state["weight-men"], state["weight-women"]], state.steps,
                      state.rate, losses[state.loss].gradient);
    const w = way.at(-1), p = w.map(neuron.sigmoid), z = neuron.weighted_sums(X, w);
    const inside = way.map(w => w.map(x => Math.min(Math.max(x, -END), END)));
    const [cx, cy] = inside.at(-1);
    draw(".own", {d: line(inside)});
    draw(".here, .grip", {cx, cy});
    const shown = {steps: state.steps};
    ["men", "women"].forEach((sex, i) => {
      draw(`.${sex}`, {width: WIDE * p[i]});
      find(`[data-control=weight-${sex}]`).value = w[i];
      shown[`weight-${sex}`] = fixed(w[i], 2);
      shown[`probability-${sex}`] = fixed(p[i]);
    });
    for (const name in losses) shown[name] = fixed(losses[name].loss(y, z));
    return shown;
  },
  ready(set) {
    for (const name in losses) drag(find(`[data-map=${name}]`),
      ({x, y}) => set(put(Number(x.toFixed(2)), Number(y.toFixed(2)))));
  },
};
});
