// Both losses over the weights of a neuron that knows only sex (chapter 5), and the way
// down each of them (chapter 6, where the data say walk).
figures.add("two-losses", ({men, women, walk}, element) => {
  const END = 6, CELLS = 80, SIZE = 160, TOP = 14, MOST = 1000;
  const LEFT = {"log-loss": 36, mae: 236};
  const groups = [men, women].map(([survived, all]) =>
    Array.from({length: all}, (_, i) => Number(i < survived)));
  const X = groups.flatMap((y, sex) => y.map(() => [1 - sex, sex])), y = groups.flat();
  const loss = {
    "log-loss": neuron.log_loss,
    mae: (y, z) => neuron.mae(y, z.map(neuron.sigmoid)),
  };
  const place = figures.scale(-END, END, 0, SIZE);
  const weight = figures.scale(0, SIZE, -END, END);
  const inside = x => Math.min(Math.max(x, -END), END);

  // Each sex has its weight and its share of the loss, so that the loss is a sum of two.
  const heights = name => {
    const [a, b] = groups.map(of => Array.from({length: CELLS}, (_, i) => {
      const z = weight((i + 0.5) * SIZE / CELLS);
      return loss[name](of, of.map(() => z)) * of.length / y.length;
    }));
    return b.map(woman => a.map(man => man + woman));
  };
  // Twelve bands, closer together near the bottom: the bluer, the lower.
  const map = name => {
    const rows = heights(name), all = rows.flat(), cell = SIZE / CELLS, bands = [];
    const low = Math.min(...all), high = Math.max(...all);
    rows.forEach((row, j) => row.forEach((height, i) => {
      const band = Math.min(11, Math.floor(12 * ((height - low) / (high - low)) ** (1 / 1.7)));
      bands[band] = (bands[band] ?? "") + `M${LEFT[name] + i * cell} ${
        TOP + SIZE - (j + 1) * cell}h${cell}v${cell}h-${cell}z`;
    }));
    const ticks = [-4, 0, 4].map(w => `<text text-anchor="middle" x="${
      LEFT[name] + place(w)}" y="${TOP + SIZE + 13}">${w}</text><text text-anchor="end" x="${
      LEFT[name] - 4}" y="${TOP + SIZE - place(w) + 3}">${w}</text>`).join("");
    const [x, up] = name == "mae" ? [-END, END] : lowest;
    return `<g data-map="${name}" cursor="crosshair">${bands.map((d, band) =>
      `<path d="${d}" fill="var(--survived)" fill-opacity="${0.8 - band / 15}"
        shape-rendering="crispEdges"/>`).join("")}
      <circle cx="${LEFT[name] + place(x)}" cy="${TOP + SIZE - place(up)}" r="3.5"
        fill="white" stroke="black"/>
      <path class="way" fill="none" stroke="var(--died)" stroke-width="1.5"/>
      <circle class="here" r="5" fill="var(--died)" stroke="white" stroke-width="1.5"/>
      <circle class="grip" r="16" fill-opacity="0" style="touch-action: none"/></g>
      <text text-anchor="middle" x="${LEFT[name] + SIZE / 2}" y="9">${
        name == "mae" ? "MAE" : "log loss"}</text>${ticks}
      <text text-anchor="middle" x="${LEFT[name] + SIZE / 2}" y="${TOP + SIZE + 26}"
        >weight for men</text>`;
  };
  const lowest = [men, women].map(([survived, all]) => Math.log(survived / (all - survived)));
  const share = ([survived, all], name, row) => `<text x="0" y="${row + 8}">${name}</text>
    <rect class="bar" x="60" y="${row}" height="10" fill="var(--survived)"/>
    <path class="axis" d="M60 ${row + 11}H390M${60 + 330 * survived / all} ${row - 3}v16"
      stroke-width="1.5"/>
    <text x="${64 + 330 * survived / all}" y="${row + 22}">${survived} of ${all}
      survived</text>`;

  // What is set by hand is where a walk begins.
  const put = (man, woman) => ({"weight-men": man, "weight-women": woman, steps: 0});
  let key, path;
  const walked = ({"weight-men": man, "weight-women": woman, loss, rate, steps}) => {
    const now = [man, woman, loss, rate].join();
    if (now != key) [key, path] = [now, [[man, woman]]];
    const gradient = neuron[loss == "mae" ? "mae_gradient" : "log_loss_gradient"];
    steps = Math.min(Math.max(Math.round(steps), 0), MOST);
    while (path.length <= steps)
      path.push(neuron.gradient_step(X, y, path.at(-1), rate, gradient));
    return path.slice(0, steps + 1);
  };
  const far = (state, more) => ({steps: Math.min(state.steps + more, MOST)});

  return {
    first: {...put(0, 0), ...walk && {loss: "log-loss", rate: 1}},
    html: `<svg viewBox="0 0 400 272" aria-hidden="true">${map("log-loss")}${map("mae")}
        <text text-anchor="middle" transform="translate(10 ${TOP + SIZE / 2}) rotate(-90)"
          >weight for women</text>${share(men, "men", 216)}${share(women, "women", 248)}</svg>
      ${figures.range("weight-men", "weight for men", -END, END, 0.01)}
      ${figures.range("weight-women", "weight for women", -END, END, 0.01)}
      <div class="beside">${figures.value("log-loss", "log loss")}${figures.value("mae", "MAE")}
        ${figures.value("probability-men", "probability for a man")}
        ${figures.value("probability-women", "for a woman")}</div>
      ${walk ? figures.select("loss", "walk down", {"log-loss": "the log loss", mae: "the MAE"})
        + figures.select("rate", "learning rate", {0.1: "0.1", 1: "1", 10: "10"})
        + `<div class="beside">${figures.button("step", "1 step")}
          ${figures.button("step-100", "100 steps")}${figures.value("steps", "steps")}</div>`
        : ""}
      <div class="beside">${figures.button("zero", "Both weights zero")}
        ${figures.button("lowest", "Lowest log loss")}
        ${figures.button("corner", "Far into the corner")}</div>`,
    act: {
      "weight-men": (state, value) => put(value, walked(state).at(-1)[1]),
      "weight-women": (state, value) => put(walked(state).at(-1)[0], value),
      zero: () => put(0, 0), lowest: () => put(...lowest), corner: () => put(-END, END),
      step: state => far(state, 1), "step-100": state => far(state, 100),
    },
    show(state) {
      const way = walked(state), w = way.at(-1), p = w.map(neuron.sigmoid);
      const z = neuron.weighted_sums(X, w);
      for (const group of element.querySelectorAll("g[data-map]")) {
        const points = way.map(([man, woman]) => [LEFT[group.dataset.map]
          + place(inside(man)), TOP + SIZE - place(inside(woman))]);
        group.querySelector(".way").setAttribute("d", figures.line(points));
        for (const circle of group.querySelectorAll(".here, .grip"))
          ["cx", "cy"].forEach((name, i) => circle.setAttribute(name, points.at(-1)[i]));
      }
      element.querySelectorAll(".bar").forEach((bar, i) =>
        bar.setAttribute("width", 330 * p[i]));
      ["men", "women"].forEach((sex, i) => {
        element.querySelector(`[data-control=weight-${sex}]`).value = w[i];
      });
      return {
        "weight-men": figures.fixed(w[0], 2), "weight-women": figures.fixed(w[1], 2),
        "log-loss": figures.fixed(loss["log-loss"](y, z), 3),
        mae: figures.fixed(loss.mae(y, z), 3),
        "probability-men": figures.fixed(p[0], 3),
        "probability-women": figures.fixed(p[1], 3),
        ...walk && {steps: String(way.length - 1)},
      };
    },
    say: shown => `Log loss ${shown["log-loss"]}, MAE ${shown.mae}; probability ${
      shown["probability-men"]} for a man, ${shown["probability-women"]} for a woman.`,
    ready(set) {
      for (const group of element.querySelectorAll("g[data-map]"))
        figures.drag(group, (x, y) => set(put(
          ...[x - LEFT[group.dataset.map], TOP + SIZE - y].map(
            place => Math.round(100 * inside(weight(place))) / 100))));
    },
  };
});