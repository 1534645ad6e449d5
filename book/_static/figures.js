// What all figures that move share. The file of a figure calls figures.add(name, make).
//
// make(data, element) gives: first, the state to begin with; html, the controls and the
// drawing; act, what each button does: state => changes; show, which draws a state and
// returns the text of each output; ready(set), where something can be dragged; open, what
// else an address sets: asked => changes.
const figures = {
  range: (name, label, min, max, step) => `<div class="control"><label>${label}
    <input type="range" data-control="${name}" min="${min}" max="${max}" step="${step}">
    </label>${figures.output(name)}</div>`,
  select: (name, label, options) => `<label class="value">${label}
    <select data-control="${name}">${figures.each((value, text) =>
      `<option value="${value}">${text}</option>`, options)}</select></label>`,
  button: (name, label) => `<button type="button" data-control="${name}">${label}</button>`,
  // Told by the figure's one line of status, not by each output at every change.
  output: name => `<output data-value="${name}" aria-live="off"></output>`,
  value: (name, label) => `<span class="value">${label} ${figures.output(name)}</span>`,
  each: (make, all) => Object.entries(all).map(([name, label]) => make(name, label)).join(""),
  buttons: labels => `<div class="beside">${figures.each(figures.button, labels)}</div>`,
  values: labels => `<div class="beside">${figures.each(figures.value, labels)}</div>`,

  text: (x, y, text, anchor = "middle") =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}">${text}</text>`,
  // As Python writes a number, but without -0.00.
  fixed: (x, digits) => x.toFixed(digits).replace(/^-(?=[0.]*$)/, ""),
  // A function from the numbers a to b to the places from to to.
  scale: (a, b, from, to) => x => from + (x - a) / (b - a) * (to - from),
  line: points => "M" + points.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join("L"),

  // Where a pointer is, in the units of a part of a drawing.
  at: (part, {clientX, clientY}) =>
    new DOMPoint(clientX, clientY).matrixTransform(part.getScreenCTM().inverse()),
  // While a part of a drawing is dragged, tell where to, in the part's own units.
  drag(part, moved) {
    const tell = event => {
      if (!part.hasPointerCapture(event.pointerId)) return;
      const {x, y} = figures.at(part, event);
      moved(x, y);
    };
    part.addEventListener("pointerdown", event => {
      part.setPointerCapture(event.pointerId);
      tell(event);
    });
    part.addEventListener("pointermove", tell);
    part.addEventListener("lostpointercapture", () =>
      part.dispatchEvent(new Event("change", {bubbles: true})));
  },

  add(name, make) {
    for (const element of document.querySelectorAll(`titanic-figure[data-figure=${name}]`)) {
      const data = JSON.parse(element.textContent, (_, value) =>      // see plots.movable
        value?.of ? [...value.at].map(i => value.of[i]) : value);
      figures.start(name, element, make(data, element));
    }
  },

  start(name, element, {first, html, act = {}, show, ready, open}) {
    const find = query => element.querySelector(query);
    const control = key => find(`[data-control="${key}"]`);
    const several = document.querySelectorAll("titanic-figure").length > 1;
    const state = {...first};
    let waiting = 0;

    // Into the frame of the picture, whose cell is the one before.
    const cell = element.closest("div.cell");
    cell.previousElementSibling.querySelector("figure img").before(element);
    cell.remove();
    element.innerHTML = html + '<p role="status"></p>';
    element.dataset.ready = "";

    // What is no number or no choice changes nothing; what has no control is not below 0.
    const set = changes => {
      for (let [key, value] of Object.entries(changes)) {
        const {min = 0, max = Infinity, options} = control(key) ?? {};
        if (!Object.hasOwn(first, key) || options
            && ![...options].some(option => option.value == value)) continue;
        if (typeof first[key] == "number") {
          if (value === "" || !Number.isFinite(Number(value))) continue;
          value = Math.min(Math.max(value, min), max);
        }
        state[key] = value;
      }
      waiting ||= requestAnimationFrame(draw);
    };
    const draw = () => {
      cancelAnimationFrame(waiting);
      waiting = 0;
      for (const key in state) if (control(key)) control(key).value = state[key];
      for (const [key, text] of Object.entries(show(state))) {
        const output = find(`[data-value="${key}"]`);
        if (output) output.textContent = text;
        control(key)?.setAttribute("aria-valuetext", text);
      }
    };
    const tell = () => {
      draw();
      const values = [...element.querySelectorAll(".value:has(output)")];
      find("[role=status]").textContent = `${
        values.map(value => value.textContent).join(", ")}.`;
    };
    // A browser refuses an address that changes more often than about 20 times a second.
    let resting = false, late = false;
    const keep = () => {
      late = resting;
      if (resting) return;
      const changed = Object.entries(state).filter(([key, value]) => value !== first[key]);
      const query = changed.map(([key, value]) => `${key}=${typeof value == "number"
        ? Number(value.toFixed(4)) : encodeURIComponent(value)}`).join("&");
      history.replaceState(history.state, "", query ? `#${several ? `${name}?` : ""}${query}`
        : location.pathname + location.search);
      resting = true;
      setTimeout(() => {
        resting = false;
        if (late) keep();
      }, 100);
    };
    const finish = () => {
      tell();
      keep();
    };
    // #threshold=0.6 or, where a page has several figures, #threshold?threshold=0.6
    const read = () => {
      const [before, after] = location.hash.slice(1).split("?");
      const asked = Object.fromEntries(new URLSearchParams(after ?? before));
      if (after == null ? !Object.keys(first).some(key => asked[key]) : before != name) return;
      set({...first, ...open?.(asked), ...asked});
      tell();
      element.closest("figure").scrollIntoView({block: "nearest"});
    };

    element.addEventListener("input", ({target}) => {
      const key = target.dataset.control;
      set(act[key]?.(state, target.value) ?? {[key]: target.value});
    });
    element.addEventListener("change", finish);
    element.addEventListener("click", ({target}) => {
      const button = target.closest("button[data-control]");
      if (!button) return;
      set(act[button.dataset.control](state));
      finish();
    });
    addEventListener("hashchange", read);
    ready?.(set);
    draw();
    read();
  },
};
// The theme would follow the links of the whole page, and stops at one to a state.
document.body.dataset.bsTarget = "#pst-page-toc-nav";
