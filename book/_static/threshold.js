// Everybody at their probability, and a threshold: chapter 8 and, plain, the opening page.
add_figure("threshold", ({plain, ...parts}, find) => {
const LEFT = 50, RIGHT = 392, TOP = 18, LANE = 56, BOTTOM = TOP + 2 * LANE;
const x = scale(0, 1, LEFT, RIGHT), y = lane => TOP + LANE * lane;
const share = part => plain ? `${fixed(100 * part, 1)}%` : fixed(part);
for (const [rows, {name, p, woman, survived}] of Object.entries(parts))
  parts[rows] = name.map((name, i) => ({
    name, p: p[i], survived: survived[i], x: x(p[i]),
    y: y(0.85 - i * 0.618 % 1 * 0.7 + (plain ? 1 - woman[i] : survived[i])),
  })).sort((a, b) => a.p - b.p);

let people;
const counts = threshold => neuron.confusion_matrix(
  people.map(({survived}) => survived), people.map(({p}) => p), threshold);
const rates = ([[tn, fp], [fn, tp]]) => [100 * fp / (tn + fp), 100 * fn / (fn + tp)];
const row = (name, no, yes) => `
  <tr><th scope="row">${name}<td>${output(no)}<td>${output(yes)}`;
return {
  first: {threshold: 0.5, rows: "test", person: 0},
  html: `${svg(BOTTOM + 32, `${text(LEFT, 9, "← predicted died", "start")}
    ${text(RIGHT, 9, "predicted survived →", "end")}
    ${each((i, lane) => text(LEFT - 4, y(+i + 0.55), lane, "end"),
        plain ? ["women", "men"] : ["died", "survived"])}
    <path class="died"/><path class="survived"/><path class="axis" d="M${LEFT} ${BOTTOM}H${RIGHT}"/>
    ${xticks(x, BOTTOM + 13, [0, 0.5, 1])}
    ${text(x(0.5), BOTTOM + 28, "predicted probability of survival")}
    <circle class="who"/><path class="axis at" d="M0 ${TOP - 4}V${BOTTOM + 4}"/>
    <rect class="grip" y="${TOP}" width="14" height="${2 * LANE}"/>`)}
    <p class="value">${output("person")}</p>${range("threshold", "threshold", 0, 1, 0.01)}
    ${beside(`<div><table><tr><td><th scope="col">predicted<br>died
    <th scope="col">predicted<br>survived
    ${row("died", "true-negatives", "false-positives")}
    ${row("survived", "false-negatives", "true-positives")}</table>
    Predicted right: ${value("accuracy", "of all (accuracy)")},
    from ${output("low")} to ${output("high")};<br>
    ${value("precision", "of those predicted to survive (precision)")};<br>
    ${value("recall", "of those who survived (recall)")}</div>`,
      plain ? "" : `<div><svg class="roc" viewBox="-4 -4 108 108" aria-hidden="true">
    <path class="axis" d="M0 0V100H100L0 100L100 0"/><path class="curve"/>
    <circle class="dot" r="5"/></svg>
    predicted to survive:<br>→ share of the dead<br>↑ share of the survivors</div>`)}
    ${beside(select("rows", "passengers for", {test: "the test", validation: "validation"}))}
    ${range("person", "one of them", 0, 100, 1, "")}`,
  show({threshold, rows, person}, draw) {
    people = parts[rows];
    const marks = (fate, mark) => people.map(({x, y, survived}) =>
      survived == fate ? `M${x.toFixed(1)} ${y.toFixed(1)}${mark}` : "").join("");
    draw(".died", {d: marks(0, "m-2.5-2.5l5 5m0-5l-5 5")});
    draw(".survived", {d: marks(1, "h0")});
    draw("[data-control=person]", {max: people.length});
    const all = counts(threshold), [[tn, fp], [fn, tp]] = all;
    draw(".curve", {d: line([0, ...people.map(({p}) => p), 2].map(at => rates(counts(at))))});
    const who = people[Math.min(person, people.length) - 1];
    const [low, high] = neuron.wilson_interval(tn + tp, people.length);
    draw(".at", {transform: `translate(${x(threshold)} 0)`});
    draw(".dot", {transform: `translate(${rates(all).join(" ")})`});
    draw(".who", who ? {cx: who.x, cy: who.y, r: 6} : {r: 0});
    draw(".grip", {x: x(threshold) - 7});
    return {
      threshold: fixed(threshold, 2),
      "true-negatives": tn, "false-positives": fp, "false-negatives": fn, "true-positives": tp,
      accuracy: share((tn + tp) / people.length), low: share(low), high: share(high),
      precision: tp + fp ? share(tp / (tp + fp)) : "–", recall: share(tp / (fn + tp)),
      person: who ? `${who.name}: ${share(who.p)}, ${who.survived ? "survived" : "died"}`
        : "× died, ● survived: point at or tap a mark to see who it is.",
    };
  },
  ready(set) {
    const svg = find("svg"), grip = find(".grip");
    drag(grip, ({x}) => set({threshold: Number(scale(LEFT, RIGHT, 0, 1)(x).toFixed(2))}));
    svg.onpointerdown = svg.onpointermove = event => {
      if (event.target == grip) return;
      const {x, y} = at(svg, event);
      const far = people.map(person => Math.hypot(person.x - x, person.y - y));
      set({person: 1 + far.indexOf(Math.min(...far))});
    };
  },
};
});
