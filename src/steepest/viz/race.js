// The race: paths on the map, losses beside it, a check box for each optimizer. `values` is what race_pages.py gives.
const NS = 'http://www.w3.org/2000/svg', W = values.wide, dashes = ['', '9 4', '9 3 2 3', '2 4', '12 3 3 3 3 3', '16 5', '3 3'];
const map = document.getElementById('map'), plot = document.getElementById('losses'), who = document.getElementById('who');
const add = (to, kind, has) => { const e = document.createElementNS(NS, kind); for (const k in has) e.setAttribute(k, has[k]);
  to.append(e); return e; };
const all = values.runs.flatMap(r => r.loss).filter(v => v !== null && isFinite(v)), low = Math.min(...all);
const first = values.runs[0].loss[0], high = first, shift = low <= 0 ? low : 0, floor = Math.max(1e-12, 1e-9 * (high - shift));
const count = values.runs[0].loss.length, lg = v => Math.log10(Math.max(v - shift, floor));
const least = Math.max(lg(low), lg(values.level) - 6), most = lg(high) + .3;
const px = k => 46 + (W - 60) * k / (count - 1), py = v => v === null ? -99 : Math.max(-50, 14 + (W - 50) * (most - lg(v)) / (most - least));
const near = most - least < 2.5;       // so few powers of ten need marks between them
for (let e = near ? Math.floor(least) : Math.ceil(least); e <= most; e += near ? 1 : Math.max(1, Math.ceil((most - least) / 8)))
  for (const m of near ? [1, 2, 5] : [1]) { const at = e + Math.log10(m), y = 14 + (W - 50) * (most - at) / (most - least);
    if (at < least || at > most) continue;
    add(plot, 'line', {x1: 46, x2: W - 14, y1: y, y2: y, stroke: 'var(--line)'});
    add(plot, 'text', {x: 40, y: y + 5, 'text-anchor': 'end'}).textContent = e < -3 || e > 3 ? m + 'e' + e : String(+(m * 10 ** e).toFixed(3)); }
for (let k = 0; k <= 4; k++) { const at = Math.round((count - 1) * k / 4);
  add(plot, 'text', {x: px(at), y: W - 8, 'text-anchor': 'middle'}).textContent = at; }
add(plot, 'line', {x1: 46, x2: W - 14, y1: py(values.level), y2: py(values.level), stroke: 'var(--faint)', 'stroke-dasharray': '3 4'});
const cursor = add(plot, 'line', {y1: 10, y2: W - 30, stroke: 'var(--faint)'});
const drawn = values.runs.map((run, n) => { const stroke = 'var(--c' + n % 7 + ')', dash = dashes[(n + Math.floor(n / 7)) % 7];
  const style = {'class': 'path', 'stroke-dasharray': dash, style: 'stroke:' + stroke};
  const d = { path: add(map, 'polyline', style), curve: add(plot, 'polyline', style),
    head: add(map, 'circle', {'class': 'head', r: 6.5, style: 'fill:' + stroke}), name: add(map, 'text', {}), on: true };
  d.name.textContent = run.name;
  const label = document.createElement('label'), box = document.createElement('input'), sample = document.createElementNS(NS, 'svg');
  box.type = 'checkbox'; box.checked = true;
  box.addEventListener('change', () => { d.on = box.checked; for (const k of ['path', 'curve', 'head', 'name'])
    d[k].style.display = d.on ? '' : 'none'; });
  sample.setAttribute('width', 34); sample.setAttribute('height', 12); sample.setAttribute('aria-hidden', 'true');
  add(sample, 'line', {x1: 0, x2: 34, y1: 6, y2: 6, ...style}); label.append(box, sample, run.name); who.append(label); return d; });
add(map, 'circle', {cx: values.runs[0].path[0][0], cy: values.runs[0].path[0][1], r: 5, fill: 'none', stroke: 'var(--ink)', 'stroke-width': 2});
// Names stand beside their points: on the left near the right edge, lower where another name is in the way, nowhere for points outside.
const place = (name, x, y, taken) => { const wide = name.getComputedTextLength(), left = x + 10 + wide > W;
  let from = left ? x - 10 - wide : x + 10, at = Math.min(W - 6, Math.max(16, y - 8));
  for (let tries = 0; tries < 8 && taken.some(t => from < t[1] && t[0] < from + wide && Math.abs(at - t[2]) < 15); tries++) at += 15;
  taken.push([from, from + wide, at]); name.setAttribute('x', from); name.setAttribute('y', at);
  name.style.visibility = x < 0 || x > W || y < 0 || y > W ? 'hidden' : ''; };
player(document.getElementById('controls'), count, values.words, k => { cursor.setAttribute('x1', px(k)); cursor.setAttribute('x2', px(k));
  const taken = [];
  values.runs.forEach((run, n) => { const d = drawn[n], some = run.path.slice(0, k + 1).filter(p => p[0] !== null && p[1] !== null);
    d.path.setAttribute('points', some.map(p => p.join(',')).join(' '));
    d.curve.setAttribute('points', run.loss.slice(0, k + 1).map((v, i) => px(i).toFixed(1) + ',' + py(v).toFixed(1)).join(' '));
    const [x, y] = some[some.length - 1]; d.head.setAttribute('cx', x); d.head.setAttribute('cy', y);
    d.name.textContent = run.name + (run.hit !== null && k >= run.hit ? ' ' + values.arrived : '');
    if (d.on) place(d.name, x, y, taken); }); }, 30, values.words.autoplay ? 0 : count - 1);
