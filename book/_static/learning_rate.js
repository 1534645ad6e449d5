// Gradient descent on all passengers, at a rate that the reader sets (chapter 6).
add_figure("learning-rate", ({survived, weights, rates, drawn, ...data}, find) => {
const FIRST = 40, LEFT = 30, BOTTOM = 190;
const scaled = (numbers, largest = Math.max(...numbers)) => numbers.map(x => x / largest);
const age = scaled(data.age), fare = scaled(data.fare.map(Math.log1p));
const X = survived.map((_, i) => [
  age[i], fare[i], ...["male", "female", 1, 2, 3].map(value =>
    Number(value == data.sex[i] || value == data.pclass[i]))]);

// A run grows as needed: the weights and the loss before each step.
const start = rate => ({rate, weights: [weights], losses: []});
const walk = (run, epochs) => {
  while (run.losses.length <= epochs) {
    const w = run.weights.at(-1);
    run.losses.push(neuron.log_loss(survived, neuron.weighted_sums(X, w)));
    run.weights.push(neuron.gradient_step(X, survived, w, run.rate));
  }
  return run.losses.slice(0, epochs + 1);
};
const behind = drawn.map(rate => [rate, walk(start(rate), FIRST)]);
let run = {};

const height = scale(Math.log(0.35), Math.log(25), BOTTOM, 4);
const y = loss => Math.min(height(Math.log(loss)), BOTTOM);
const curve = (losses, x) => line(losses.map((loss, i) => [x(i), y(loss)]));
const by_rate = make => Object.fromEntries(rates.map(rate => [`rate-${rate}`, make(rate)]));

return {
  first: {rate: 0, epoch: 0}, most: {epoch: 500},
  html: `${svg(220, `<path class="axis" d="M${LEFT} 4V${BOTTOM}H400"/>
    <path class="own"/><g></g><circle class="here" r="4"/>
    ${yticks(LEFT - 4, y, [0.5, 1, 2, 5, 10])}${text(215, BOTTOM + 27, "epochs")}
    <text transform="translate(8 97) rotate(-90)">log loss</text>`)}
    ${range("rate", "learning rate", -3, 2, "any")}${buttons(by_rate(rate => `rate ${rate}`))}
    ${buttons({"step-1": "1 step", "step-10": "10 steps", "step-100": "100 steps",
               restart: "Restart"})}
    ${values({epoch: "epoch", "log-loss": "log loss", "steps-uphill": "steps uphill",
              accuracy: "accuracy"})}`,
  act: {
    ...by_rate(rate => ({rate: Math.log10(rate)})),
    "step-1": more("epoch", 1), "step-10": more("epoch", 10), "step-100": more("epoch", 100),
    restart: {epoch: 0},
  },
  show({rate: power, epoch}, draw) {
    // The rate that is used is the one that is shown.
    const rate = Number((10 ** power).toPrecision(3)), end = Math.max(FIRST, epoch);
    if (run.rate != rate) run = start(rate);
    const losses = walk(run, epoch), x = scale(0, 1.2 * end, LEFT, 400);
    find("g").innerHTML = xticks(x, BOTTOM + 13, [0, Math.round(end / 2), end])
      + each((i, [rate, losses]) => `<path class="thin" d="${curve(losses, x)}"/>${text(
        x(FIRST) + 3, y(losses[FIRST]) + (rate == 1 ? 7 : 1), `rate ${rate}`, "start")}`, behind);
    draw(".own", {d: curve(losses, x)});
    draw(".here", {cx: x(epoch), cy: y(losses[epoch])});
    return {
      rate, epoch, "log-loss": fixed(losses[epoch], 4),
      "steps-uphill": losses.filter((loss, i) => loss - losses[i - 1] > 5e-10).length,
      accuracy: fixed(neuron.accuracy(survived, neuron.predict(X, run.weights[epoch])), 4),
    };
  },
};
});
