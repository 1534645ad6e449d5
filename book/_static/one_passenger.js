// One passenger's way through the neuron: with weights made up by hand in chapter 4, with
// trained ones in chapter 8, where the data say how others with such a probability fared.
figures.add("one-passenger", ({features, weights, largest, people, decimals, near}, element) => {
  const text = x => figures.fixed(x, decimals), short = x => String(Number(x.toFixed(2)));
  const place = figures.scale(-6, 6, 0, 100), rest = '<small></small><span class="bar"><i></i></span>';
  const listed = passenger => {
    const {name, note, ...own} = people[passenger];
    return {passenger, ...own};
  };
  const open = ({passenger}) => people[passenger]?.note ? listed(passenger) : {};
  return {
    first: {...listed(Object.keys(people)[0]), shift: 0},
    html: `<div class="beside">${figures.select("passenger", "passenger",
        Object.fromEntries(Object.keys(people).map(key => [key, people[key].name])))}
        ${figures.select("sex", "sex", {female: "female", male: "male"})}
        ${figures.select("class", "class", {1: "first", 2: "second", 3: "third"})}</div>
      ${figures.range("age", "age (years)", 0, 80, 1)}
      ${figures.range("fare", "fare (pounds)", 0, 513, 1)}
      <p class="value">${figures.output("note")}</p>
      <div class="sum">${features.map(name => `<span>${name}</span>
        ${figures.output(`contribution-${name}`)}${rest}`).join("")}
        ${figures.value("z", "sum z")}${rest}${figures.value("probability", "probability")}
        <small></small><span class="curve"><svg viewBox="-6 0 12 100" preserveAspectRatio="none"
          aria-hidden="true"><path d="${figures.line(Array.from({length: 121}, (_, i) =>
            [i / 10 - 6, 100 * neuron.sigmoid(6 - i / 10)]))}"/></svg><i></i></span>
        <span class="ticks"><span>-6</span><span>0</span><span>6</span></span></div>
      ${near ? `<p class="value">${figures.output("near")}</p>` : ""}
      ${figures.range("shift", "add to sexes, take from classes", -5, 5, 0.1)}
      <div class="beside">${figures.button("listed", "Back to the list")}</div>`,
    open,
    act: {
      passenger: (_, passenger) => open({passenger}),
      listed: ({passenger}) => ({...listed(passenger), shift: 0}),
    },
    show(state) {
      const {passenger, sex, age, fare, shift} = state, own = listed(passenger);
      const x = [age, Math.log1p(fare), sex == "male", sex == "female",
        ...[1, 2, 3].map(number => number == state.class)].map((value, j) => value / largest[j]);
      const w = weights.map((weight, j) => weight + shift * [0, 0, 1, 1, -1, -1, -1][j]);
      const products = w.map((weight, j) => weight * x[j]), small = element.querySelectorAll("small");
      let z = 0;
      const ends = products.map(product => [z, z += product]), p = neuron.sigmoid(z);
      element.querySelectorAll(".bar i").forEach(({style}, j) => {
        const [from, to] = ends[j] ?? [0, z];
        style.left = `${place(Math.min(from, to))}%`;
        style.width = `${Math.abs(place(to) - place(from))}%`;
        style.background = from == to ? "none" : `var(--${to < from ? "died" : "survived"})`;
        if (j < 7) small[j].textContent = `= ${short(w[j])} × ${text(x[j])}`;
      });
      Object.assign(element.querySelector(".curve i").style,
        {left: `${place(z)}%`, bottom: `${100 * p}%`});
      const changed = Object.keys(own).filter(key => state[key] != own[key]).join(", ");
      return {
        age: short(age), fare: short(fare), shift: figures.fixed(shift, 1),
        z: text(z), probability: text(p), near: near?.[Math.min(Math.floor(5 * p), 4)],
        note: changed ? `An imaginary passenger: ${changed} changed.` : people[passenger].note,
        ...Object.fromEntries(features.map((name, j) => [`contribution-${name}`, text(products[j])])),
      };
    },
  };
});
