// What all figures that move share. A figure has: first, the state to begin with; most, the
// ends of whole numbers without a control; html; show, which draws and returns the texts of
// the outputs; act, what controls change; open, what else an address does; ready, for dragging.
const range = (name, label, min, max, step, shown = output(name)) =>
  `<div class="control"><label>${label} <input type="range" data-control="${name}"
  min="${min}" max="${max}" step="${step}"></label>${shown}</div>`;
const select = (name, label, options) => `<label class="value">${label}
  <select data-control="${name}">${each((value, text) =>
    `<option value="${value}">${text}</option>`, options)}</select></label>`;
const button = (name, label) => `<button type="button" data-control="${name}">${label}</button>`;
// The one line of status is read out, not each output at every change.
const output = name => `<output data-value="${name}" aria-live="off"></output>`;
const value = (name, label) => `<span class="value">${label} ${output(name)}</span>`;
const each = (make, all) => Object.entries(all).map(pair => make(...pair)).join("");
const beside = (...parts) => `<div class="beside">${parts.join("")}</div>`;
const buttons = labels => beside(each(button, labels));
const values = labels => beside(each(value, labels));

const svg = (height, drawing) =>
  `<svg viewBox="0 0 400 ${height}" aria-hidden="true">${drawing}</svg>`;
const text = (x, y, text, anchor = "middle") =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}">${text}</text>`;
const xticks = (x, y, ticks, unit = "") =>
  ticks.map(tick => text(x(tick), y, tick + unit)).join("");
const yticks = (x, y, ticks) => ticks.map(tick => text(x, y(tick) + 3, tick, "end")).join("");
// As Python writes a number, but without -0.00.
const fixed = (x, digits = 3) => x.toFixed(digits).replace(/^-(?=[0.]*$)/, "");
// From the numbers a to b to places.
const scale = (a, b, from, to) => x => from + (x - a) / (b - a) * (to - from);
const line = points => "M" + points.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join("L");
const tenths = end => Array.from({length: 20 * end + 1}, (_, i) => i / 10 - end);
const more = (name, steps) => state => ({[name]: state[name] + steps});

// Where a pointer is, in units of the part.
const at = (part, {clientX, clientY}) =>
  new DOMPoint(clientX, clientY).matrixTransform(part.getScreenCTM().inverse());
const drag = (part, moved) => {
  part.onpointermove = event => {
    if (part.hasPointerCapture(event.pointerId)) moved(at(part, event));
  };
  part.onpointerdown = event => {
    part.setPointerCapture(event.pointerId);
    part.onpointermove(event);
  };
  part.onlostpointercapture = () => part.dispatchEvent(new Event("change", {bubbles: true}));
};

const add_figure = (name, make) => {
  const element = document.querySelector(`titanic-figure[data-figure=${name}]`);
  const data = JSON.parse(element.textContent, (_, value) =>  // see plots.movable
    value?.of ? [...value.at].map(i => value.of[i]) : value);
  const find = query => element.querySelector(query);
  const control = key => find(`[data-control=${key}]`);
  const {first, most = {}, html, act = {}, show, ready, open} = make(data, find);
  const prefix = document.querySelectorAll("titanic-figure").length > 1 ? `#${name}?` : "#";
  const state = {...first};
  let waiting, saving;

  // Into the frame of the picture, whose cell is the one before.
  const cell = element.closest("div.cell");
  cell.previousElementSibling.querySelector("figure img").before(element);
  cell.remove();
  element.innerHTML = html + '<p role="status"></p>';
  element.dataset.ready = "";

  // What is no number or no choice changes nothing.
  const set = changes => {
    for (const key in first) {
      const {min = first[key], max = most[key] ?? min, options} = control(key) ?? {};
      const value = changes[key] ?? "";
      if (options) {
        if ([...options].some(option => option.value == value)) state[key] = value;
      } else if (value !== "" && isFinite(value))
        state[key] = Number(Math.min(Math.max(value, min), max).toFixed(key in most ? 0 : 4));
    }
    waiting ||= requestAnimationFrame(update);
  };
  const draw = (query, attributes) => element.querySelectorAll(query).forEach(part => {
    for (const name in attributes) part.setAttribute(name, attributes[name]);
  });
  const update = () => {
    cancelAnimationFrame(waiting);
    waiting = 0;
    for (const key in state) if (control(key)) control(key).value = state[key];
    for (const [key, text] of Object.entries(show(state, draw))) {
      const output = find(`[data-value=${key}]`);
      if (output) output.textContent = text;
      control(key)?.setAttribute("aria-valuetext", text);
    }
  };
  const tell = () => {
    update();
    const values = [...element.querySelectorAll(".value:has(output)")];
    find("[role=status]").textContent = values.map(part => part.textContent).join(", ") + ".";
  };
  const save = () => {
    saving = 0;
    const changed = Object.entries(state).filter(([key, value]) => value != first[key]);
    history.replaceState(history.state, "", changed.length
      ? prefix + new URLSearchParams(changed) : location.href.split("#")[0]);
  };
  // #threshold=0.6 or, with several figures, #threshold?threshold=0.6
  const read = () => {
    const [before, after] = location.hash.slice(1).split("?");
    const asked = Object.fromEntries(new URLSearchParams(after ?? before));
    if (after == null ? !Object.keys(first).some(key => asked[key]) : before != name) return;
    set({...first, ...open?.(asked), ...asked});
    tell();
    element.closest("figure").scrollIntoView({block: "nearest"});
  };

  element.oninput = ({target: {dataset: {control}, value}}) => {
    const changes = act[control] ?? {[control]: value};
    set(changes instanceof Function ? changes(state, value) : changes);
  };
  element.onchange = () => {
    tell();
    saving ||= setTimeout(save, 100);  // a browser refuses more than 20 in a second
  };
  element.onclick = event => {
    if (event.target.type != "button") return;
    element.oninput(event);
    element.onchange();
  };
  addEventListener("hashchange", read);
  ready?.(set);
  update();
  read();
};
// The theme would follow the links of the whole page, and stops at one to a state.
document.body.dataset.bsTarget = "#pst-page-toc-nav";
