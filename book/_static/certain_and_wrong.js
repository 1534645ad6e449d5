// Both losses of one passenger who died, their slopes, and the way down each (chapter 6).
figures.add("certain-and-wrong", ({features, rate}, element) => {
  const END = 8, MOST = 2000, TOP = 18, BASE = 142, SIZE = 160, LEFT = [24, 236];
  const names = ["log", "mae"], colour = {log: "var(--survived)", mae: "var(--died)"};
  const gradients = {log: neuron.log_loss_gradient, mae: neuron.mae_gradient};
  const loss = {log: z => neuron.log_loss([0], [z]),
                mae: z => neuron.mae([0], [neuron.sigmoid(z)])};
  const slope = (name, z) => gradients[name]([[1]], [0], [neuron.sigmoid(z)])[0];

  const x = figures.scale(-END, END, 0, SIZE);
  const height = [END, 1].map(top => figures.scale(0, top, BASE, TOP));
  const at = (i, name, z) => [
    LEFT[i] + x(z), height[i](i ? slope(name, z) : loss[name](z))];
  const text = (x, y, words, anchor = "middle") =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`;
  const all = Array.from({length: 161}, (_, i) => (i - 80) / 10);
  const chart = (i, title, ticks, labels) => `
    <path class="axis" d="M${LEFT[i]} ${TOP}V${BASE}h${SIZE}"/>
    ${text(LEFT[i] + SIZE / 2, 10, title)}${text(LEFT[i] + SIZE / 2, BASE + 28, "z")}
    ${ticks.map(tick => text(LEFT[i] - 4, height[i](tick) + 3, tick, "end")).join("")}
    ${[-8, -4, 0, 4, 8].map(z => text(LEFT[i] + x(z), BASE + 14, z)).join("")}
    ${text(...labels[0], "log loss", "end")}${text(...labels[1], "MAE", "end")}
    ${names.map(name => `<path d="${figures.line(all.map(z => at(i, name, z)))}" fill="none"
        stroke="${colour[name]}" stroke-width="2" ${name == "mae" ? 'stroke-dasharray="5 3"' : ""}/>
      <circle data-at="${i} here ${name}" r="4" fill="${colour[name]}"/>
      <circle data-at="${i} end ${name}" r="6" fill="none" stroke="${colour[name]}"
        stroke-width="2"/>`).join("")}`;

  // From the weights that give this z, in steps for this passenger alone.
  const length = features.reduce((sum, value) => sum + value * value, 0);
  const walk = (name, z, steps) => {
    let w = features.map(value => z * value / length);
    while (steps--) w = neuron.gradient_step([features], [0], w, rate, gradients[name]);
    return neuron.weighted_sums([features], w)[0];
  };
  const done = state => Math.min(Math.round(state.steps), MOST);
  const row = (name, label) => `<div class="beside">${figures.value(`loss-${name}`, label)}
    ${figures.value(`slope-${name}`, "its slope")}
    ${figures.value(`z-${name}`, "ring: z")}
    ${figures.value(`probability-${name}`, "probability")}</div>`;

  return {
    first: {z: 6, steps: 0},
    html: `<svg viewBox="0 0 400 174" aria-hidden="true">
        ${chart(0, "loss", [4, 8], [[134, 50], [160, 118]])}
        ${chart(1, "slope over z", [0.5, 1], [[310, 50], [376, 118]])}</svg>
      ${figures.range("z", "Mr Braund’s z", -END, END, 0.01)}
      <div class="beside">${figures.value("probability", "his probability")}
        ${figures.button("steps-100", `100 steps of rate ${rate}`)}${figures.value("steps", "steps to the rings")}</div>
      ${row("log", "log loss")}${row("mae", "MAE")}`,
    act: {
      z: (_, z) => ({z, steps: 0}),
      "steps-100": state => ({steps: done(state) + 100}),
    },
    show(state) {
      const {z} = state, steps = done(state), three = value => figures.fixed(value, 3);
      const shown = {z: figures.fixed(z, 2), steps, probability: three(neuron.sigmoid(z))};
      for (const name of names) {
        const end = walk(name, z, steps);
        shown[`loss-${name}`] = three(loss[name](z));
        shown[`slope-${name}`] = three(slope(name, z));
        shown[`z-${name}`] = figures.fixed(end, 2);
        shown[`probability-${name}`] = three(neuron.sigmoid(end));
        for (const [where, to] of [["here", z], ["end", Math.max(end, -END)]])
          for (const i of [0, 1]) {
            const circle = element.querySelector(`[data-at="${i} ${where} ${name}"]`);
            ["cx", "cy"].forEach((side, j) => circle.setAttribute(side, at(i, name, to)[j]));
          }
      }
      return shown;
    },
  };
});
