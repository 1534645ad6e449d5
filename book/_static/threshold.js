// Everybody at their probability, and what a threshold makes of them: on the opening page,
// where the data say plain, and in chapter 8.
figures.add("threshold", ({plain, ...parts}, element) => {
  const LEFT = 50, RIGHT = 392, TOP = 18, LANE = 56, BOTTOM = TOP + 2 * LANE;
  const across = figures.scale(0, 1, LEFT, RIGHT), find = query => element.querySelector(query);
  const share = x => plain ? `${figures.fixed(100 * x, 1)}%` : figures.fixed(x, 3);
  for (const [rows, {name, p, woman, survived}] of Object.entries(parts))
    parts[rows] = name.map((name, i) => ({
      name, p: p[i], survived: survived[i], x: across(p[i]), y: TOP + LANE * (
        0.85 - i * 0.618 % 1 * 0.7 + (plain ? 1 - woman[i] : survived[i])),
    })).sort((a, b) => a.p - b.p);

  const counts = (people, threshold) => neuron.confusion_matrix(
    people.map(person => person.survived), people.map(person => person.p), threshold);
  const rates = ([[tn, fp], [fn, tp]]) => [100 * fp / (tn + fp), 100 - 100 * tp / (fn + tp)];
  const row = (name, no, yes) => `<tr><th scope="row">${name}</th>
    <td>${figures.output(no)}</td><td>${figures.output(yes)}</td></tr>`;
  let drawn;
  return {
    first: {threshold: 0.5, rows: "test", person: 0},
    html: `<svg viewBox="0 0 400 ${BOTTOM + 32}" aria-hidden="true">
        ${figures.text(LEFT, 9, "← predicted died", "start")}
        ${figures.text(RIGHT, 9, "predicted survived →", "end")}
        ${figures.each((i, lane) => figures.text(LEFT - 4, TOP + LANE * (+i + 0.55), lane, "end"),
          plain ? ["women", "men"] : ["died", "survived"])}
        <path class="died"/><path class="survived"/>
        <path class="axis" d="M${LEFT} ${BOTTOM}H${RIGHT}"/>
        ${figures.each((_, p) => figures.text(across(p), BOTTOM + 13, p), [0, 0.5, 1])}
        ${figures.text(across(0.5), BOTTOM + 28, "predicted probability of survival")}
        <circle class="who" r="6"/><path class="axis at" d="M0 ${TOP - 4}V${BOTTOM + 4}"/>
        <rect class="grip" y="${TOP}" width="14" height="${2 * LANE}"/></svg>
      <p class="value">${figures.output("person")}</p>
      ${figures.range("threshold", "threshold", 0, 1, 0.01)}
      <div class="beside"><div><table><tr><td></td><th scope="col">predicted<br>died</th>
          <th scope="col">predicted<br>survived</th></tr>
          ${row("died", "true-negatives", "false-positives")}
          ${row("survived", "false-negatives", "true-positives")}</table>
          Predicted right: ${figures.value("accuracy", "of all (accuracy)")},
          from ${figures.output("low")} to ${figures.output("high")};<br>
          ${figures.value("precision", "of those predicted to survive (precision)")};<br>
          ${figures.value("recall", "of those who survived (recall)")}</div>
        ${plain ? "" : `<div><svg class="roc" viewBox="-4 -4 108 108" aria-hidden="true">
          <path class="axis" d="M0 0V100H100L0 100L100 0"/><path class="curve"/>
          <circle class="dot" r="5"/></svg>
          predicted to survive:<br>→ share of the dead<br>↑ share of the survivors</div>`}</div>
      <div class="beside">${figures.select("rows", "passengers for",
        {test: "the test", validation: "validation"})}</div>
      <div class="control"><label>one of them <input type="range" data-control="person" min="0"
        step="1"></label></div>`,
    show({threshold, rows, person}) {
      const people = parts[rows], who = people[Math.min(person, people.length) - 1];
      if (drawn != people) {
        drawn = people;
        const marks = (fate, mark) => people.map(({x, y, survived}) =>
          survived == fate ? `M${x.toFixed(1)} ${y.toFixed(1)}${mark}` : "").join("");
        find(".died").setAttribute("d", marks(0, "m-2.5-2.5l5 5m0-5l-5 5"));
        find(".survived").setAttribute("d", marks(1, "h0"));
        find("[data-control=person]").max = people.length;
        find(".curve")?.setAttribute("d", figures.line(
          [0, ...people.map(({p}) => p), 2].map(at => rates(counts(people, at)))));
      }
      const all = counts(people, threshold), [[tn, fp], [fn, tp]] = all;
      const [low, high] = neuron.wilson_interval(tn + tp, people.length);
      const put = (query, x, y) => find(query)?.setAttribute("transform", `translate(${x} ${y})`);
      put(".at", across(threshold), 0);
      put(".dot", ...rates(all));
      put(".who", who?.x ?? 0, who?.y ?? 0);
      find(".who").setAttribute("opacity", who ? 1 : 0);
      find(".grip").setAttribute("x", across(threshold) - 7);
      return {
        threshold: figures.fixed(threshold, 2),
        "true-negatives": tn, "false-positives": fp, "false-negatives": fn, "true-positives": tp,
        accuracy: share((tn + tp) / people.length), low: share(low), high: share(high),
        precision: tp + fp ? share(tp / (tp + fp)) : "–", recall: share(tp / (fn + tp)),
        person: who ? `${who.name}: ${share(who.p)}, ${who.survived ? "survived" : "died"}`
          : "× died, ● survived: point at a mark to see who it is.",
      };
    },
    ready(set) {
      figures.drag(find(".grip"), x => set(
        {threshold: Math.round(100 * figures.scale(LEFT, RIGHT, 0, 1)(x)) / 100}));
      for (const event of ["pointerdown", "pointermove"])
        find("svg").addEventListener(event, event => {
          if (event.target == find(".grip")) return;
          const {x, y} = figures.at(find("svg"), event);
          const far = drawn.map(person => Math.hypot(person.x - x, person.y - y));
          set({person: 1 + far.indexOf(Math.min(...far))});
        });
    },
  };
});
