// Both losses of one passenger who died, their slopes, and the way down each (chapter 6).
figures.add("certain-and-wrong", ({features, rate}, element) => {
  const END = 8, MOST = 2000, TOP = 18, BASE = 142, SIZE = 160, LEFT = [24, 236];
  const three = number => figures.fixed(number, 3);
  const losses = {
    log: {label: "log loss", colour: "var(--survived)", dash: "none",
          loss: z => neuron.log_loss([0], [z]), gradient: neuron.log_loss_gradient},
    mae: {label: "MAE", colour: "var(--died)", dash: "5 3",
          loss: z => neuron.mae([0], [neuron.sigmoid(z)]), gradient: neuron.mae_gradient},
  };
  const slope = (name, z) => losses[name].gradient([[1]], [0], [neuron.sigmoid(z)])[0];

  // Two charts, 0 and 1: the losses and their slopes.
  const x = figures.scale(-END, END, 0, SIZE);
  const height = [END, 1].map(top => figures.scale(0, top, BASE, TOP));
  const at = (i, name, z) => [
    LEFT[i] + x(z), height[i](i ? slope(name, z) : losses[name].loss(z))];
  const zs = Array.from({length: 161}, (_, i) => (i - 80) / 10);
  const each = make => Object.keys(losses).map(make).join("");
  const chart = (i, title, ticks, places) => `
    <path class="axis" d="M${LEFT[i]} ${TOP}V${BASE}h${SIZE}"/>
    ${figures.text(LEFT[i] + SIZE / 2, 10, title)}
    ${figures.text(LEFT[i] + SIZE / 2, BASE + 28, "z")}
    ${ticks.map(tick => figures.text(LEFT[i] - 4, height[i](tick) + 3, tick, "end")).join("")}
    ${[-8, -4, 0, 4, 8].map(z => figures.text(LEFT[i] + x(z), BASE + 14, z)).join("")}
    ${each(name => `${figures.text(...places[name], losses[name].label, "end")}
      <path d="${figures.line(zs.map(z => at(i, name, z)))}" fill="none" stroke-width="2"
        stroke="${losses[name].colour}" stroke-dasharray="${losses[name].dash}"/>`)}`;
  const mark = ([cx, cy], r, fill, stroke) => `<circle cx="${cx}" cy="${cy}" r="${r}"
    fill="${fill}" stroke="${stroke}" stroke-width="2"/>`;

  // From the weights that give this z, in steps for this passenger alone.
  const length = features.reduce((sum, value) => sum + value * value, 0);
  const walk = (name, z, steps) => {
    let w = features.map(value => z * value / length);
    while (steps--) w = neuron.gradient_step([features], [0], w, rate, losses[name].gradient);
    return neuron.weighted_sums([features], w)[0];
  };
  const done = state => Math.min(Math.round(state.steps), MOST);

  return {
    first: {z: 6, steps: 0},
    html: `<svg viewBox="0 0 400 174" aria-hidden="true">
        ${chart(0, "loss", [4, 8], {log: [134, 50], mae: [160, 118]})}
        ${chart(1, "slope over z", [0.5, 1], {log: [310, 50], mae: [376, 118]})}<g></g></svg>
      ${figures.range("z", "Mr Braund’s z", -END, END, 0.01)}
      ${figures.buttons({"steps-100": `100 steps of rate ${rate}`})}
      ${figures.values({probability: "his probability", steps: "steps to the rings"})}
      ${each(name => figures.values({
        [`loss-${name}`]: losses[name].label, [`slope-${name}`]: "its slope",
        [`z-${name}`]: "ring: z", [`probability-${name}`]: "probability"}))}`,
    act: {
      z: (_, z) => ({z, steps: 0}),
      "steps-100": state => ({steps: done(state) + 100}),
    },
    show(state) {
      const {z} = state, steps = done(state);
      const shown = {z: figures.fixed(z, 2), steps, probability: three(neuron.sigmoid(z))};
      element.querySelector("g").innerHTML = each(name => {
        const end = walk(name, z, steps), {colour, loss} = losses[name];
        shown[`loss-${name}`] = three(loss(z));
        shown[`slope-${name}`] = three(slope(name, z));
        shown[`z-${name}`] = figures.fixed(end, 2);
        shown[`probability-${name}`] = three(neuron.sigmoid(end));
        return [0, 1].map(i => mark(at(i, name, z), 3, colour, colour)
          + mark(at(i, name, Math.max(end, -END)), 6, "none", colour)).join("");
      });
      return shown;
    },
  };
});
