// What all figures that move share. The file of a figure calls figures.add(name, make).
//
// make(data, element) gives: first, the state to begin with; html, the controls and the
// drawing; act, what each button does: state => changes; show, which draws a state and
// returns the text of each output; say, a sentence on what is shown, for those who listen;
// ready(set), called once, where something can be dragged.
const figures = {
  range: (name, label, min, max, step) => `<div class="control"><label>${label}
    <input type="range" data-control="${name}" min="${min}" max="${max}" step="${step}">
    </label>${figures.output(name)}</div>`,
  select: (name, label, options) => `<div class="control"><label>${label}
    <select data-control="${name}">${Object.entries(options).map(([value, text]) =>
      `<option value="${value}">${text}</option>`).join("")}</select></label></div>`,
  button: (name, label) => `<button type="button" data-control="${name}">${label}</button>`,
  // An output announces itself at every change; the figure's one sentence is enough.
  output: name => `<output data-value="${name}" aria-live="off"></output>`,
  value: (name, label) => `<span class="value">${label} ${figures.output(name)}</span>`,

  // As Python writes a number; it has no -0.00 here.
  fixed: (x, digits) => x.toFixed(digits).replace(/^-(?=[0.]*$)/, ""),
  // A function from the numbers a to b to the places from to to.
  scale: (a, b, from, to) => x => from + (x - a) / (b - a) * (to - from),
  line: points => "M" + points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L"),

  // While part of a drawing is dragged, tell in the drawing's own units where to.
  drag(part, moved) {
    const svg = part.closest("svg");
    const tell = event => {
      const {x, y} = new DOMPoint(event.clientX, event.clientY).matrixTransform(
        svg.getScreenCTM().inverse());
      moved(x, y);
    };
    part.addEventListener("pointerdown", event => {
      part.setPointerCapture(event.pointerId);
      tell(event);
    });
    part.addEventListener("pointermove", event => {
      if (part.hasPointerCapture(event.pointerId)) tell(event);
    });
    part.addEventListener("pointerup", () =>
      part.dispatchEvent(new Event("change", {bubbles: true})));
  },

  add(name, make) {
    for (const element of document.querySelectorAll(`titanic-figure[data-figure=${name}]`)) {
      const data = JSON.parse(element.textContent, (_, value) =>      // see plots.movable
        value?.of ? [...value.at].map(i => value.of[i]) : value);
      figures.start(name, element, make(data, element));
    }
  },

  start(name, element, {first, html, act = {}, show, say, ready}) {
    // Into the frame of the picture, whose cell is the one before.
    const own = element.closest("div.cell");
    own.previousElementSibling.querySelector("figure img").before(element);
    own.remove();
    element.innerHTML = html + '<p role="status"></p>';
    element.dataset.ready = "";

    const control = key => element.querySelector(`[data-control="${key}"]`);
    const several = document.querySelectorAll("titanic-figure").length > 1;
    const state = {...first};
    let waiting = 0, shown;

    // Only what a control allows; what is no number or no choice changes nothing.
    const set = changes => {
      for (let [key, value] of Object.entries(changes)) {
        const {min, max, options} = control(key) ?? {};
        if (options && ![...options].some(option => option.value == value)) continue;
        if (typeof first[key] == "number") {
          value = value === "" ? NaN : Number(value);
          if (!Number.isFinite(value)) continue;
          if (min) value = Math.min(Math.max(value, min), max);
        }
        if (key in first) state[key] = value;
      }
      waiting ||= requestAnimationFrame(draw);
    };
    const draw = () => {
      cancelAnimationFrame(waiting);
      waiting = 0;
      for (const key in state) if (control(key)) control(key).value = state[key];
      shown = show(state);
      for (const [key, text] of Object.entries(shown)) {
        element.querySelector(`[data-value="${key}"]`).textContent = text;
        control(key)?.setAttribute("aria-valuetext", text);
      }
    };
    const finish = () => {
      draw();
      element.querySelector("[role=status]").textContent = say(shown, state);
      const changed = Object.entries(state).filter(([key, value]) => value !== first[key]);
      const query = changed.map(([key, value]) => `${key}=${
        typeof value == "number" ? Number(value.toFixed(4)) : encodeURIComponent(value)}`);
      const hash = (several ? `#${name}?` : "#") + query.join("&");
      history.replaceState(history.state, "", query.length ? hash : location.pathname + location.search);
    };
    // #threshold=0.6 or, where a page has several figures, #threshold?threshold=0.6
    const read = () => {
      const [before, after] = location.hash.slice(1).split("?");
      const asked = Object.fromEntries(new URLSearchParams(after ?? before));
      if (after == null ? !Object.keys(asked).some(key => key in first && asked[key]) : before != name)
        return;
      set({...first, ...asked});
      draw();
      element.querySelector("[role=status]").textContent = say(shown, state);
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
    ready?.(set);
    addEventListener("hashchange", read);
    draw();
    read();
  },
};
