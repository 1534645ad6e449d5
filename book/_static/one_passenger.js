// One passenger's way through the neuron, with the weights of chapter 4 or of chapter 8.
add_figure("one-passenger", ({features, weights, largest, people, decimals, near}) => {
const text = x => fixed(x, decimals), short = x => Number(x.toFixed(2));
const place = scale(-6, 6, 0, 100);
const bar = j => `<span class="bar"><i class="bar-${j}"></i></span>`;
const listed = passenger => {
  const {name, note, ...own} = people[passenger];
  return {passenger, ...own};
};
const open = ({passenger}) => people[passenger]?.note ? listed(passenger) : {};
return {
  first: {...listed(Object.keys(people)[0]), shift: 0},
  html: `${beside(select("passenger", "passenger", Object.fromEntries(
        Object.keys(people).map(key => [key, people[key].name]))),
      select("sex", "sex", {female: "female", male: "male"}),
      select("class", "class", {1: "first", 2: "second", 3: "third"}))}
    ${range("age", "age (years)", 0, 80, 1)}${range("fare", "fare (pounds)", 0, 513, 1)}
    <p class="value">${output("note")}</p>
    <div class="sum">${each((j, name) => `<span>${name}</span>
    ${output(`contribution-${name}`)}<small>${output(`product-${name}`)}</small>${bar(j)}`,
      features)}
    ${value("z", "sum z")}<small></small>${bar(7)}${value("probability", "probability")}
    <small></small><span class="curve"><svg viewBox="-6 0 12 100" preserveAspectRatio="none"
    aria-hidden="true"><path d="${line(tenths(6).map(z => [z, 100 - 100 * neuron.sigmoid(z)]))}"/>
    </svg><i></i></span><span class="ticks"><span>-6</span><span>0</span><span>6</span></span></div>
    ${near ? `<p class="value">${output("near")}</p>` : ""}
    ${range("shift", "add to sex weights, take from class weights", -5, 5, 0.1)}
    ${buttons({listed: "Back to the list"})}`,
  open,
  act: {
    passenger: (_, passenger) => open({passenger}),
    listed: ({passenger}) => ({...listed(passenger), shift: 0}),
  },
  show(state, draw) {
    const {passenger, sex, age, fare, shift} = state, own = listed(passenger);
    const x = [age, Math.log1p(fare), ...["male", "female", 1, 2, 3].map(value =>
      value == sex || value == state.class)].map((value, j) => value / largest[j]);
    const w = weights.map((weight, j) => weight + shift * [0, 0, 1, 1, -1, -1, -1][j]);
    let z = 0;
    const shown = {}, ends = features.map((name, j) => {
      shown[`contribution-${name}`] = text(w[j] * x[j]);
      shown[`product-${name}`] = `= ${short(w[j])} × ${text(x[j])}`;
      return [z, z += w[j] * x[j]];
    });
    [...ends, [0, z]].forEach(([from, to], j) => draw(`.bar-${j}`, {style: `
      left: ${place(Math.min(from, to))}%; width: ${Math.abs(place(to) - place(from))}%;
      background: ${from == to ? "none" : `var(--${to < from ? "died" : "survived"})`}`}));
    const p = neuron.sigmoid(z);
    draw(".curve i", {style: `left: ${place(z)}%; bottom: ${100 * p}%`});
    const changed = Object.keys(own).filter(key => state[key] != own[key]).join(", ");
    return {
      ...shown, age: short(age), fare: short(fare), shift: fixed(shift, 1),
      z: text(z), probability: text(p), near: near?.[Math.min(Math.floor(5 * p), 4)],
      note: changed ? `An imaginary passenger: ${changed} changed.` : people[passenger].note,
    };
  },
};
});
