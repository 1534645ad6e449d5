// The arithmetic of the book, as in titanic_helpers and under the same names. It knows
// nothing of a page. X is a list of rows; y, p and z are lists with one number for each row.
const neuron = (() => {
  const mean = numbers => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

  // From exp(-|z|), which cannot overflow.
  const sigmoid = z => {
    const e = Math.exp(-Math.abs(z));
    return (z >= 0 ? 1 : e) / (1 + e);
  };
  const weighted_sums = (X, w) => X.map(row => row.reduce((z, x, j) => z + x * w[j], 0));
  const predict = (X, w) => weighted_sums(X, w).map(sigmoid);

  const mae = (y, p) => mean(y.map((target, i) => Math.abs(p[i] - target)));
  const log_loss = (y, z) => mean(y.map((target, i) => {
    const s = (1 - 2 * target) * z[i];
    return Math.max(s, 0) + Math.log1p(Math.exp(-Math.abs(s)));
  }));

  const gradient = factor => (X, y, p) => {
    const slopes = X[0].map(() => 0);
    X.forEach((row, i) => {
      const each = factor(p[i], y[i]) / y.length;
      row.forEach((x, j) => { slopes[j] += each * x; });
    });
    return slopes;
  };
  const log_loss_gradient = gradient((p, y) => p - y);
  const mae_gradient = gradient((p, y) => Math.sign(p - y) * p * (1 - p));
  const gradient_step = (X, y, w, learning_rate, gradient = log_loss_gradient) => {
    const slopes = gradient(X, y, predict(X, w));
    return w.map((weight, j) => weight - learning_rate * slopes[j]);
  };

  // [[true negatives, false positives], [false negatives, true positives]]
  const confusion_matrix = (y, p, threshold = 0.5) => {
    const counts = [[0, 0], [0, 0]];
    y.forEach((target, i) => { counts[target][Number(p[i] >= threshold)] += 1; });
    return counts;
  };
  const accuracy = (y, p, threshold = 0.5) => {
    const [[tn], [, tp]] = confusion_matrix(y, p, threshold);
    return (tn + tp) / y.length;
  };
  // At 95%.
  const wilson_interval = (correct, n) => {
    const z = 1.959963984540054, share = correct / n, k = z * z / n;
    const spread = z * Math.sqrt(share * (1 - share) / n + k / n / 4);
    const end = side => (share + k / 2 + side * spread) / (1 + k);
    return [Math.max(0, end(-1)), Math.min(1, end(1))];
  };

  return {sigmoid, weighted_sums, predict, mae, log_loss, log_loss_gradient, mae_gradient,
          gradient_step, confusion_matrix, accuracy, wilson_interval};
})();
