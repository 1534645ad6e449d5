// Gradient descent on all passengers at a rate that the reader sets (chapter 6).
figures.add("learning-rate", ({age, fare, sex, pclass, survived, weights, rates, drawn},
                              element) => {
  const MOST = 1000, FIRST = 40, LOW = 0.35, HIGH = 25, BOTTOM = 190, START = 30;
  const scaled = numbers => {
    const largest = Math.max(...numbers);
    return numbers.map(x => x / largest);
  };
  const years = scaled(age), fares = scaled(fare.map(Math.log1p));
  const X = survived.map((_, i) => [
    years[i], fares[i], ...["male", "female"].map(s => Number(sex[i] == s)),
    ...[1, 2, 3].map(c => Number(pclass[i] == c))]);

  // A run as long as was needed so far: the weights now, and the loss after each step.
  const start = rate => ({rate, all: [weights], losses: []});
  const walk = (run, epochs) => {
    while (run.losses.length <= epochs) {
      const w = run.all.at(-1);
      run.losses.push(neuron.log_loss(survived, neuron.weighted_sums(X, w)));
      run.all.push(neuron.gradient_step(X, survived, w, run.rate));
    }
    return run.losses.slice(0, epochs + 1);
  };
  // Three digits, so that what is shown is what is used.
  const rateOf = state => Number((10 ** state.rate).toPrecision(3));
  const epochOf = state => Math.min(Math.round(state.epoch), MOST);

  const y = loss => figures.scale(Math.log(LOW), Math.log(HIGH), BOTTOM, 4)(
    Math.log(Math.min(Math.max(loss, LOW), HIGH)));
  const curve = (losses, x) => figures.line(losses.map((loss, i) => [x(i), y(loss)]));
  const behind = drawn.map(rate => [rate, walk(start(rate), FIRST)]);
  const frame = x => {
    const step = [10, 20, 50, 100, 200].find(step => x.last / step <= 6);
    const below = Array.from({length: Math.floor(x.last / step) + 1}, (_, i) => i * step);
    return `<path class="axis" d="M${START} 4V${BOTTOM}H400"/>
      ${[0.5, 1, 2, 5, 10].map(loss => `<text text-anchor="end" x="${START - 4}" y="${
        y(loss) + 3}">${loss}</text>`).join("")}
      ${below.map(n => `<text text-anchor="middle" x="${x(n)}" y="${BOTTOM + 13}">${n}</text>`
      ).join("")}
      ${behind.map(([rate, losses]) => `<path d="${curve(losses, x)}" fill="none"
        stroke="var(--survived)" stroke-width="1.2"/><text x="${x(FIRST) + 3}" y="${
        y(losses[FIRST]) + (rate == 1 ? 7 : 1)}">rate ${rate}</text>`).join("")}`;
  };

  let run = start(1);
  const more = steps => state => ({epoch: Math.min(epochOf(state) + steps, MOST)});
  return {
    first: {rate: 0, epoch: 0},
    html: `<svg viewBox="0 0 400 220" aria-hidden="true"><path class="own" fill="none" stroke="var(--died)"
          stroke-width="2"/><g class="frame"></g><circle r="4" fill="var(--died)"/>
        <text text-anchor="middle" x="215" y="${BOTTOM + 27}">epochs</text>
        <text text-anchor="middle" transform="translate(8 95) rotate(-90)">log loss</text></svg>
      ${figures.range("rate", "learning rate", -3, 2, "any")}
      <div class="beside">${rates.map(rate =>
        figures.button(`rate-${rate}`, `rate ${rate}`)).join("")}</div>
      <div class="beside">${[1, 10, 100].map(n => figures.button(`step-${n}`,
        n == 1 ? "1 step" : `${n} steps`)).join("")}${figures.button("restart", "Restart")}</div>
      <div class="beside">${figures.value("epoch", "epoch")}
        ${figures.value("log-loss", "log loss")}
        ${figures.value("steps-uphill", "steps uphill")}
        ${figures.value("accuracy", "accuracy")}</div>`,
    act: {
      ...Object.fromEntries(rates.map(rate => [`rate-${rate}`,
                                               () => ({rate: Math.log10(rate)})])),
      "step-1": more(1), "step-10": more(10), "step-100": more(100),
      restart: () => ({epoch: 0}),
    },
    show(state) {
      const rate = rateOf(state), epoch = epochOf(state);
      if (run.rate != rate) run = start(rate);
      const losses = walk(run, epoch), last = Math.max(FIRST, epoch) * 1.2;
      const x = Object.assign(figures.scale(0, last, START, 400), {last: last - 1});
      element.querySelector(".frame").innerHTML = frame(x);
      element.querySelector("path.own").setAttribute("d", curve(losses, x));
      const dot = element.querySelector("circle");
      dot.setAttribute("cx", x(epoch));
      dot.setAttribute("cy", y(losses[epoch]));
      const uphill = losses.filter((loss, i) => loss - losses[i - 1] > 5e-10).length;
      return {
        rate: String(rate), epoch: String(epoch), "steps-uphill": String(uphill),
        "log-loss": figures.fixed(losses[epoch], 4),
        accuracy: figures.fixed(
          neuron.accuracy(survived, neuron.predict(X, run.all[epoch])), 4),
      };
    },
  };
});
