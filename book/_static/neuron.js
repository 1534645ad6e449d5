// The arithmetic of titanic_helpers, under its names. X is a list of rows; y, p and z are lists.
const neuron = {
  mean: numbers => numbers.reduce((sum, x) => sum + x, 0) / numbers.length,

  // From exp(-|z|), which cannot overflow.
  sigmoid(z) {
    const e = Math.exp(-Math.abs(z));
    return (z >= 0 ? 1 : e) / (1 + e);
  },
  weighted_sums: (X, w) => X.map(row => row.reduce((z, x, j) => z + x * w[j], 0)),
  predict: (X, w) => neuron.weighted_sums(X, w).map(neuron.sigmoid),

  mae: (y, p) => neuron.mean(y.map((target, i) => Math.abs(p[i] - target))),
  log_loss: (y, z) => neuron.mean(y.map((target, i) => {
    const s = (1 - 2 * target) * z[i];
    return Math.max(s, 0) + Math.log1p(Math.exp(-Math.abs(s)));
  })),
  slopes(X, factors) {
    const slopes = X[0].map(() => 0);
    X.forEach((row, i) => row.forEach((x, j) => { slopes[j] += factors[i] / X.length * x; }));
    return slopes;
  },
  log_loss_gradient: (X, y, p) => neuron.slopes(X, p.map((p, i) => p - y[i])),
  mae_gradient: (X, y, p) =>
    neuron.slopes(X, p.map((p, i) => Math.sign(p - y[i]) * p * (1 - p))),
  gradient_step(X, y, w, learning_rate, gradient = neuron.log_loss_gradient) {
    const slopes = gradient(X, y, neuron.predict(X, w));
    return w.map((weight, j) => weight - learning_rate * slopes[j]);
  },
  // All weights on the way, from w on.
  walk(X, y, w, steps, learning_rate, gradient) {
    const way = [w];
    while (steps--) way.push(w = neuron.gradient_step(X, y, w, learning_rate, gradient));
    return way;
  },

  // [[true negatives, false positives], [false negatives, true positives]]
  confusion_matrix(y, p, threshold = 0.5) {
    const counts = [[0, 0], [0, 0]];
    y.forEach((target, i) => { counts[target][Number(p[i] >= threshold)] += 1; });
    return counts;
  },
  accuracy(y, p, threshold) {
    const [[tn], [, tp]] = neuron.confusion_matrix(y, p, threshold);
    return (tn + tp) / y.length;
  },
  // At 95%.
  wilson_interval(correct, n) {
    const z = 1.959963984540054, share = correct / n, k = z * z / n;
    const spread = z * Math.sqrt(share * (1 - share) / n + k / n / 4);
    const end = side => (share + k / 2 + side * spread) / (1 + k);
    return [Math.max(0, end(-1)), Math.min(1, end(1))];
  },
};
neuron.losses = {
  "log-loss": {
    label: "log loss", loss: neuron.log_loss, gradient: neuron.log_loss_gradient},
  mae: {label: "MAE", loss: (y, z) => neuron.mae(y, z.map(neuron.sigmoid)),
        gradient: neuron.mae_gradient},
};
