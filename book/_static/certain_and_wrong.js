// Both losses of one passenger who died, their slopes, and the way down each (chapter 6).
add_figure("certain-and-wrong", ({features, rate}, find) => {
const END = 8, TOP = 18, BASE = 142, SIZE = 160, LEFT = [24, 236];
const losses = {log: neuron.losses["log-loss"], mae: neuron.losses.mae};
const slope = ({gradient}, z) => gradient([[1]], [0], [neuron.sigmoid(z)])[0];

// Two charts, 0 and 1: the losses and their slopes.
const x = LEFT.map(left => scale(-END, END, left, left + SIZE));
const y = [END, 1].map(top => scale(0, top, BASE, TOP));
const at = (i, of, z) => [x[i](z), y[i](i ? slope(of, z) : of.loss([0], [z]))];
const chart = (i, title, ticks, places) => `
  <path class="axis" d="M${LEFT[i]} ${TOP}V${BASE}h${SIZE}"/>
  ${text(x[i](0), 10, title)}${text(x[i](0), BASE + 28, "z")}
  ${yticks(LEFT[i] - 4, y[i], ticks)}${xticks(x[i], BASE + 14, [-8, -4, 0, 4, 8])}
  ${each((name, of) => `${text(...places[name], of.label, "end")}
    <path class="curve ${name}" d="${line(tenths(END).map(z => at(i, of, z)))}"/>`, losses)}`;
const mark = ([cx, cy], name, r) => `<circle class="mark ${name}" cx="${cx}" cy="${cy}" r="${r}"/>`;

// From the weights that give this z, for this passenger alone.
const [length] = neuron.weighted_sums([features], features);
const walk = ({gradient}, z, steps) => neuron.weighted_sums([features], neuron.walk(
  [features], [0], features.map(value => z * value / length), steps, rate, gradient).at(-1))[0];

return {
  first: {z: 6, steps: 0}, most: {steps: 2000},
  html: `${svg(174, `
    ${chart(0, "loss", [4, 8], {log: [134, 50], mae: [160, 118]})}
    ${chart(1, "slope over z", [0.5, 1], {log: [310, 50], mae: [376, 118]})}<g></g>`)}
    ${range("z", "Mr Braund’s z", -END, END, 0.01)}
    ${buttons({"steps-100": `100 steps of rate ${rate}`})}
    ${values({probability: "at the dot", steps: "steps taken (rings)"})}
    ${each((name, {label}) => values({
      [`loss-${name}`]: label, [`slope-${name}`]: "its slope",
      [`z-${name}`]: "ring: z", [`probability-${name}`]: "probability"}), losses)}`,
  act: {z: (_, z) => ({z, steps: 0}), "steps-100": more("steps", 100)},
  show({z, steps}) {
    const shown = {z: fixed(z, 2), steps, probability: fixed(neuron.sigmoid(z))};
    find("g").innerHTML = each((name, of) => {
      const end = walk(of, z, steps);
      shown[`loss-${name}`] = fixed(of.loss([0], [z]));
      shown[`slope-${name}`] = fixed(slope(of, z));
      shown[`z-${name}`] = fixed(end, 2);
      shown[`probability-${name}`] = fixed(neuron.sigmoid(end));
      return [0, 1].map(i => mark(at(i, of, z), name, 3)
        + mark(at(i, of, Math.max(end, -END)), `${name} ring`, 6)).join("");
    }, losses);
    return shown;
  },
};
});
