"use strict";
// The model in the page: from the values of a row to its prediction, and the form that asks for them. Nothing leaves the page.
const steepest = (() => {
  const stored = JSON.parse(document.getElementById("steepest-model").textContent);
  const model = stored.model, words = stored.words;
  const CIRCLES = {week: 7, year: 365.2425, day: 1};

  const bytes = Uint8Array.from(atob(stored.weights), character => character.charCodeAt(0));
  const numbers = new Float32Array(bytes.buffer);
  const members = [];
  let begin = 0;
  for (const layers of stored.shapes) {
    members.push(layers.map(([outputs, inputs]) => {
      const weight = numbers.subarray(begin, begin + outputs * inputs);
      const bias = numbers.subarray(begin + outputs * inputs, begin + outputs * inputs + outputs);
      begin += outputs * inputs + outputs;
      return {outputs, inputs, weight, bias};
    }));
  }

  const scaled = (value, column) =>
    value === null ? 0 : Math.min(1e6, Math.max(-1e6, (value - column.mean) / column.scale));
  const days = text => Date.parse(text.includes("T") ? text + "Z" : text) / 86400000;
  const READERS = {
    number: (cell, column) => {
      const value = cell === null || cell === "" ? null : Number(cell);
      return [scaled(value, column), ...(column.indicator ? [Number(value === null)] : [])];
    },
    date: (cell, column) => {
      const value = cell === null || cell === "" ? null : typeof cell === "number" ? cell : days(cell);
      const found = [scaled(value, column)];
      for (const circle of column.circles) {
        const part = value === null ? 0 : value / CIRCLES[circle];
        const angle = 2 * Math.PI * (part - Math.floor(part));
        found.push(value === null ? 0 : Math.sin(angle), value === null ? 0 : Math.cos(angle));
      }
      if (column.indicator) found.push(Number(value === null));
      return found;
    },
    category: (cell, column) => {
      const found = new Array(column.values.length + column.has_missing + column.has_rare).fill(0);
      const place = column.values.indexOf(cell);
      if (place >= 0) found[place] = 1;
      else if (cell === null && column.has_missing) found[column.values.length] = 1;
      else if (cell !== null && column.has_rare) found[found.length - 1] = 1;
      else return column.shares.slice();
      return found;
    },
  };

  function features(row) {
    const found = [];
    for (const column of model.preparation) {
      const cell = row[column.name];
      found.push(...READERS[column.kind](cell === undefined ? null : cell, column));
    }
    for (const [place, edges] of model.bins || []) {
      const value = found[place];
      found[place] = value / Math.sqrt(1 + (value / 3) ** 2);
      for (let k = 0; k + 1 < edges.length; k++)
        found.push(Math.min(1, Math.max(0, (value - edges[k]) / (edges[k + 1] - edges[k]))));
    }
    return found;
  }

  function forward(input) {
    let total = null;
    for (const layers of members) {
      let x = input;
      layers.forEach((layer, place) => {
        const next = new Array(layer.outputs);
        for (let o = 0; o < layer.outputs; o++) {
          let sum = layer.bias[o];
          for (let i = 0, at = o * layer.inputs; i < layer.inputs; i++) sum += layer.weight[at + i] * x[i];
          next[o] = place < layers.length - 1 ? Math.max(0, sum) : sum;
        }
        x = next;
      });
      total = total === null ? x : total.map((value, k) => value + x[k]);
    }
    return total.map(value => value / members.length);
  }

  // The prediction in the target's unit, [number], or the probability of each class.
  function predict(row) {
    const output = forward(features(row));
    if (model.schema.task === "regression") {
      let value = output[0] * model.scale + model.center;
      if (model.log) value = Math.expm1(Math.min(value, 700));
      const [low, high] = model.bounds;
      if (low !== null) value = Math.max(low, value);
      if (high !== null) value = Math.min(high, value);
      return [value];
    }
    const logits = output.map(value => value / model.temperature);
    if (logits.length === 1) {
      const one = 0.5 * (1 + Math.tanh(0.5 * logits[0]));
      return [1 - one, one];
    }
    const most = Math.max(...logits), raised = logits.map(value => Math.exp(value - most));
    const sum = raised.reduce((a, b) => a + b, 0);
    return raised.map(value => value / sum);
  }

  function label(probabilities) {
    if (probabilities.length === 2) return model.schema.classes[Number(probabilities[1] >= model.threshold)];
    return model.schema.classes[probabilities.indexOf(Math.max(...probabilities))];
  }

  const shown = value => {
    const size = Math.abs(value);
    if (size !== 0 && (size >= 1e12 || size < 1e-4)) return value.toExponential(3);
    const digits = Math.max(0, 3 - Math.max(0, Math.floor(Math.log10(size || 1))));
    return value.toLocaleString("en-US", {minimumFractionDigits: digits, maximumFractionDigits: digits});
  };

  const made = (tag, attributes, ...inner) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...inner);
    return element;
  };

  const MOST_SHOWN = 16;  // columns before the others are folded away
  const readers = {};  // by column: what its controls say now
  // A slider beside a box that holds the value; `written` and `read` go between a number and what the box shows.
  function slidden(column, id, update, type, step, written, read) {
    const [low, high, usual] = [column.quantiles[0], column.quantiles[10], column.quantiles[5]];
    const slider = made("input", {type: "range", min: low, max: high, step, value: usual, "aria-label": column.name});
    const box = made("input", {type, id, step: type === "number" && step === 1 ? 1 : "any", value: written(usual), placeholder: words.missing});
    slider.addEventListener("input", () => { box.value = written(Number(slider.value)); update(); });
    box.addEventListener("input", () => { if (box.value !== "") slider.value = read(box.value); update(); });
    return [slider, box];
  }
  function numberField(column, id, update) {
    const quantiles = column.quantiles.length ? column.quantiles : new Array(11).fill(0);
    const whole = quantiles.every(Number.isInteger), step = whole ? 1 : (quantiles[10] - quantiles[0]) / 1000 || 1;
    const controls = slidden({...column, quantiles}, id, update, "number", step, value => Number(value.toPrecision(6)), Number);
    readers[column.name] = () => (controls[1].value === "" ? null : Number(controls[1].value));
    return controls;
  }
  function dateField(column, id, update) {
    const timed = column.circles.includes("day");
    const quantiles = column.quantiles.length ? column.quantiles : new Array(11).fill(0);
    const written = value => new Date(value * 86400000).toISOString().slice(0, timed ? 16 : 10);
    const type = timed ? "datetime-local" : "date";
    const controls = slidden({...column, quantiles}, id, update, type, timed ? "any" : 1, written, days);
    readers[column.name] = () => controls[1].value || null;
    return controls;
  }
  function categoryField(column, id, update) {
    const list = made("select", {id});
    column.values.forEach((value, place) =>
      list.append(made("option", {value: "v" + place}, column.salt ? `${words.value} ${place + 1}` : value)));
    list.append(made("option", {value: "missing"}, `(${words.missing})`), made("option", {value: "rare"}, `(${words.other})`));
    if (column.has_missing && column.shares[column.values.length] > (column.shares[0] || 0)) list.value = "missing";
    list.addEventListener("change", update);
    readers[column.name] = () =>
      list.value === "missing" ? null : list.value === "rare" ? "\u0000" : column.values[Number(list.value.slice(1))];
    return [list];
  }

  function build(place) {
    const answer = made("output", {"aria-live": "polite", class: "answer"});
    const bars = made("div", {class: "bars"});
    const update = () => {
      const row = Object.fromEntries(Object.entries(readers).map(([name, read]) => [name, read()]));
      const said = predict(row);
      if (model.schema.task === "regression") { answer.textContent = shown(said[0]); return; }
      answer.textContent = label(said);
      bars.replaceChildren(...said.map((value, k) => made("div", {class: "bar"}, made("span", {}, model.schema.classes[k]),
        made("span", {class: "track"}, made("span", {class: "fill", style: `width:${100 * value}%`})),
        made("span", {}, `${(100 * value).toFixed(1)} %`))));
    };
    const fields = {number: numberField, date: dateField, category: categoryField};
    const order = new Map(stored.order.map((name, k) => [name, k]));
    const rank = column => (order.has(column.name) ? order.get(column.name) : order.size);
    const columns = [...model.preparation].sort((one, other) => rank(one) - rank(other));
    const grid = made("div", {class: "fields"}), further = made("div", {class: "fields"});
    columns.forEach((column, k) => {
      const id = `field-${k}`;
      const controls = fields[column.kind](column, id, update);
      const part = k < MOST_SHOWN || columns.length <= MOST_SHOWN + 4 ? grid : further;
      part.append(made("div", {class: "field"}, made("label", {for: id}, column.name), ...controls));
    });
    place.append(made("p", {class: "told"}, `${words.prediction} `, answer), bars, grid);
    if (further.children.length)
      place.append(made("details", {}, made("summary", {}, `${words.further} (${further.children.length})`), further));
    update();
  }
  const place = document.getElementById("steepest-form");
  if (place) build(place);
  return {predict, label, model};
})();
