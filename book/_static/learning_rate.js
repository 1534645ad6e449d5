// Gradient descent on all passengers, at a rate that the reader sets (chapter 6).
figures.add("learning-rate", (data, element) => {
  const {survived, weights, rates, drawn} = data;
  const MOST = 500, FIRST = 40, LEFT = 30, BOTTOM = 190;
  const scaled = numbers => {
    const largest = Math.max(...numbers);
    return numbers.map(x => x / largest);
  };
  const age = scaled(data.age), fare = scaled(data.fare.map(Math.log1p));
  const X = survived.map((_, i) => [
    age[i], fare[i], ...["male", "female"].map(sex => Number(data.sex[i] == sex)),
    ...[1, 2, 3].map(pclass => Number(data.pclass[i] == pclass))]);

  // A run is as long as was needed so far: the weights and the loss before each step.
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
  let run = start(1);

  const height = figures.scale(Math.log(0.35), Math.log(25), BOTTOM, 4);
  const y = loss => Math.min(height(Math.log(loss)), BOTTOM);
  const frame = (x, end) => `<path class="axis" d="M${LEFT} 4V${BOTTOM}H400"/>
    ${[0.5, 1, 2, 5, 10].map(loss =>
      figures.text(LEFT - 4, y(loss) + 3, loss, "end")).join("")}
    ${[0, Math.round(end / 2), end].map(n => figures.text(x(n), BOTTOM + 13, n)).join("")}
    ${behind.map(([rate, losses]) => `<path class="thin" d="${curve(losses, x)}"/>${
      figures.text(x(FIRST) + 3, y(losses[FIRST]) + (rate == 1 ? 7 : 1), `rate ${rate}`,
                   "start")}`).join("")}`;
  const curve = (losses, x) => figures.line(losses.map((loss, i) => [x(i), y(loss)]));

  const more = steps => state => ({epoch: Math.min(state.epoch + steps, MOST)});
  return {
    first: {rate: 0, epoch: 0},
    html: `<svg viewBox="0 0 400 220" aria-hidden="true"><path class="own"/><g></g>
        <circle class="here" r="4"/>${figures.text(215, BOTTOM + 27, "epochs")}
        <text transform="translate(8 110) rotate(-90)">log loss</text></svg>
      ${figures.range("rate", "learning rate", -3, 2, "any")}
      ${figures.buttons(Object.fromEntries(rates.map(n => [`rate-${n}`, `rate ${n}`])))}
      ${figures.buttons({"step-1": "1 step", "step-10": "10 steps",
                         "step-100": "100 steps", restart: "Restart"})}
      ${figures.values({epoch: "epoch", "log-loss": "log loss",
                        "steps-uphill": "steps uphill", accuracy: "accuracy"})}`,
    act: {
      ...Object.fromEntries(rates.map(rate =>
        [`rate-${rate}`, () => ({rate: Math.log10(rate)})])),
      "step-1": more(1), "step-10": more(10), "step-100": more(100),
      restart: () => ({epoch: 0}),
    },
    show(state) {
      // Three digits, so that the rate that is shown is the one that is used.
      const rate = Number((10 ** state.rate).toPrecision(3));
      const epoch = Math.min(Math.round(state.epoch), MOST), end = Math.max(FIRST, epoch);
      if (run.rate != rate) run = start(rate);
      const losses = walk(run, epoch), x = figures.scale(0, 1.2 * end, LEFT, 400);
      element.querySelector("g").innerHTML = frame(x, end);
      element.querySelector(".own").setAttribute("d", curve(losses, x));
      element.querySelector("circle").setAttribute("cx", x(epoch));
      element.querySelector("circle").setAttribute("cy", y(losses[epoch]));
      const p = neuron.predict(X, run.weights[epoch]);
      return {
        rate, epoch, "log-loss": figures.fixed(losses[epoch], 4),
        "steps-uphill": losses.filter((loss, i) => loss - losses[i - 1] > 5e-10).length,
        accuracy: figures.fixed(neuron.accuracy(survived, p), 4),
      };
    },
  };
});
