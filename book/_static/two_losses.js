// Both losses over the weights of a neuron that knows only sex (chapter 5), and the way
// down each of them (chapter 6, where the data say walk).
figures.add("two-losses", ({men, women, walk}, element) => {
  const END = 6, CELLS = 80, CELL = 2 * END / CELLS, UNIT = 80 / END, MOST = 1000;
  const outcomes = [men, women].map(([survived, all]) =>
    Array.from({length: all}, (_, i) => Number(i < survived)));
  const y = outcomes.flat();
  const X = outcomes.flatMap((of, sex) => of.map(() => [1 - sex, sex]));
  const losses = {
    "log-loss": neuron.log_loss, mae: (y, z) => neuron.mae(y, z.map(neuron.sigmoid))};
  const lowest = {
    "log-loss": [men, women].map(([survived, all]) => Math.log(survived / (all - survived))),
    mae: [-END, END]};

  const walked = (start, steps, rate, loss) => {
    const way = [start];
    const gradient = neuron[`${loss.replace("-", "_")}_gradient`];
    while (way.length <= steps)
      way.push(neuron.gradient_step(X, y, way.at(-1), rate, gradient));
    return way;
  };

  // Twelve bands, closer together near the bottom: the bluer, the lower. Each sex has a
  // weight of its own, so that a loss is the sum of two parts.
  const bands = loss => {
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
    return paths.map((d, i) => `<path d="${d}" fill="var(--survived)"
      fill-opacity="${0.8 - i / 15}" shape-rendering="crispEdges"/>`).join("");
  };
  // The path of the picture, with its dots.
  const chapter = loss => {
    const path = walked([0, 0], 400, 1, loss), dots = path.filter((_, i) => i % 20 == 0);
    return `<path class="thin" style="stroke: black" d="${figures.line(path)}"/>` + dots.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="0.14" fill="white"/>`).join("");
  };
  // Within data-map, x is the weight for men and y the weight for women.
  const map = (name, title, x) => `<g transform="translate(${x} 94)" text-anchor="middle">
    <text y="-85">${title}</text><text y="106">weight for men</text>
    ${[-4, 0, 4].map(w => `<text x="${w * UNIT}" y="93">${w}</text>
      <text x="-88" y="${3 - w * UNIT}">${w}</text>`).join("")}
    <g data-map="${name}" transform="scale(${UNIT} -${UNIT})" cursor="crosshair">
      ${bands(losses[name])}
      ${walk ? chapter(name) : ""}
      <circle cx="${lowest[name][0]}" cy="${lowest[name][1]}" r="0.25" fill="white"
        stroke="black" stroke-width="0.08"/>
      <path class="own"/><circle class="here" r="0.38"/><circle class="grip" r="1.3"/>
    </g></g>`;
  const bar = (name, [survived, all], y) => `<g transform="translate(60 ${y})">
    <text x="-60" y="8">${name}</text><rect height="10" fill="var(--survived)"/>
    <path class="axis" d="M0 10H330M${330 * survived / all} -3v16" stroke-width="1.5"/>
    <text text-anchor="middle" x="${Math.min(330 * survived / all, 280)}" y="22">${survived}
      of ${all} survived</text></g>`;

  // What is set by hand is where a walk begins.
  const put = (man, woman) => ({"weight-men": man, "weight-women": woman, steps: 0});
  let way;
  const far = more => state => ({steps: Math.min(state.steps + more, MOST)});
  return {
    first: {...put(0, 0), loss: "log-loss", rate: 1},
    html: `<svg viewBox="0 0 400 272" aria-hidden="true">${map("log-loss", "log loss", 116)}
        ${map("mae", "MAE", 316)}<text text-anchor="middle" transform="translate(9 94)
        rotate(-90)">weight for women</text>${bar("men", men, 216)}
        ${bar("women", women, 248)}</svg>
      ${["men", "women"].map(sex =>
        figures.range(`weight-${sex}`, `weight for ${sex}`, -END, END, 0.01)).join("")}
      ${figures.values({"log-loss": "log loss", mae: "MAE", "probability-men":
        "probability for a man", "probability-women": "for a woman"})}
      ${walk ? `<div class="beside">
        ${figures.select("loss", "walk down the", {"log-loss": "log loss", mae: "MAE"})}
        ${figures.select("rate", "at a rate of", {0.1: "0.1", 1: "1", 10: "10"})}
        ${figures.button("step", "1 step")}${figures.button("step-100", "100 steps")}
        ${figures.value("steps", "steps")}</div>` : ""}
      ${figures.buttons({zero: "Both weights zero", lowest: "Lowest log loss",
                         corner: "Far into the corner"})}`,
    act: {
      "weight-men": (_, value) => put(value, way.at(-1)[1]),
      "weight-women": (_, value) => put(way.at(-1)[0], value),
      zero: () => put(0, 0), lowest: () => put(...lowest["log-loss"]),
      corner: () => put(...lowest.mae), step: far(1), "step-100": far(100),
    },
    show(state) {
      way = walked([state["weight-men"], state["weight-women"]],
                   Math.min(state.steps, MOST), state.rate, state.loss);
      const w = way.at(-1), p = w.map(neuron.sigmoid), z = neuron.weighted_sums(X, w);
      const inside = way.map(w => w.map(x => Math.min(Math.max(x, -END), END)));
      for (const path of element.querySelectorAll(".own"))
        path.setAttribute("d", figures.line(inside));
      for (const circle of element.querySelectorAll(".here, .grip"))
        ["cx", "cy"].forEach((name, i) => circle.setAttribute(name, inside.at(-1)[i]));
      const shown = {steps: String(way.length - 1)};
      ["men", "women"].forEach((sex, i) => {
        element.querySelectorAll("rect")[i].setAttribute("width", 330 * p[i]);
        element.querySelector(`[data-control=weight-${sex}]`).value = w[i];
        shown[`weight-${sex}`] = figures.fixed(w[i], 2);
        shown[`probability-${sex}`] = figures.fixed(p[i], 3);
      });
      for (const name in losses) shown[name] = figures.fixed(losses[name](y, z), 3);
      return shown;
    },
    ready: set => element.querySelectorAll("[data-map]").forEach(map => figures.drag(map,
      (...w) => set(put(...w.map(x => Math.round(100 * x) / 100))))),
  };
});
