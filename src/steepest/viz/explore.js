// The slider over learning rates: path, loss curve, final losses. `values` is what exploring.py gives.
const NS = 'http://www.w3.org/2000/svg', W = values.wide, $ = id => document.getElementById(id);
const add = (to, kind, has) => { const e = document.createElementNS(NS, kind); for (const k in has) e.setAttribute(k, has[k]);
  to.append(e); return e; };
const first = values.losses[0][0], finite = values.losses.flat().filter(v => v !== null), low = Math.min(...finite);
const shift = low <= 0 ? low : 0, floor = Math.max(1e-12, (first - shift) * 1e-12), lg = v => Math.log10(Math.max(v - shift, floor));
const least = Math.max(lg(low), lg(first) - 12), most = lg(first) + 2;
const py = v => v === null ? -60 : Math.max(-60, 16 + (W - 60) * (most - lg(v)) / (most - least));
const steps = values.losses[0].length - 1, px = k => 60 + (W - 76) * k / steps;
const l0 = Math.log10(values.rates[0]), l1 = Math.log10(values.rates[values.rates.length - 1]);
const rx = r => 60 + (W - 76) * (Math.log10(r) - l0) / (l1 - l0);
for (const to of [$('curve'), $('ends')]) for (let e = Math.ceil(least); e <= most; e += Math.max(1, Math.ceil((most - least) / 7))) {
  const y = 16 + (W - 60) * (most - e) / (most - least); add(to, 'line', {x1: 60, x2: W - 12, y1: y, y2: y, stroke: 'var(--line)'});
  add(to, 'text', {x: 54, y: y + 6, 'text-anchor': 'end'}).textContent = e < -3 || e > 3 ? '1e' + e : String(+(10 ** e).toFixed(3)); }
for (let k = 0; k <= 4; k++) { const at = Math.round(steps * k / 4), r = 10 ** (l0 + (l1 - l0) * k / 4);
  add($('curve'), 'text', {x: px(at), y: W - 12, 'text-anchor': 'middle'}).textContent = at;
  add($('ends'), 'text', {x: rx(r), y: W - 12, 'text-anchor': k ? k < 4 ? 'middle' : 'end' : 'start'}).textContent = +r.toPrecision(2); }
add($('ends'), 'polyline', {'class': 'line', stroke: 'var(--c0)', points: values.rates.map((r, i) => rx(r).toFixed(1) + ','
  + py(values.losses[i][steps]).toFixed(1)).join(' ')});
if (values.limit !== null && values.limit >= values.rates[0] && values.limit <= values.rates[values.rates.length - 1]) {
  const x = rx(values.limit); add($('ends'), 'line', {x1: x, x2: x, y1: 10, y2: W - 36, stroke: 'var(--c1)', 'stroke-width': 2.5,
    'stroke-dasharray': '8 5'}); add($('ends'), 'text', {x: x - 8, y: 30, 'text-anchor': 'end', style: 'fill:var(--c1)'}).textContent =
    values.words.limit + ' = ' + +values.limit.toPrecision(3); }
const path = add($('map'), 'polyline', {'class': 'line', stroke: 'var(--c1)'}), dots = add($('map'), 'g', {fill: 'var(--c1)'});
add($('map'), 'circle', {cx: values.paths[0][0][0], cy: values.paths[0][0][1], r: 8, fill: 'none', stroke: 'var(--ink)', 'stroke-width': 3});
const curve = add($('curve'), 'polyline', {'class': 'line', stroke: 'var(--c0)'});
const cursor = add($('ends'), 'circle', {r: 8, fill: 'var(--c1)', stroke: 'var(--ground)', 'stroke-width': 2});
const show = i => { const rate = values.rates[i], losses = values.losses[i], end = losses[steps];
  path.setAttribute('points', values.paths[i].map(p => p.join(',')).join(' ')); dots.replaceChildren();
  for (const p of values.paths[i].slice(0, 60)) add(dots, 'circle', {cx: p[0], cy: p[1], r: 3.5});
  curve.setAttribute('points', losses.map((v, k) => px(k).toFixed(1) + ',' + py(v).toFixed(1)).join(' '));
  cursor.setAttribute('cx', rx(rate)); cursor.setAttribute('cy', py(end));
  $('said').textContent = +rate.toPrecision(4) + '   ' + values.words.final + ' ' + (end === null || end > first ? values.words.diverged
    : +end.toPrecision(4)); $('rate').setAttribute('aria-valuetext', $('said').textContent); };
$('rate').value = values.at; $('rate').addEventListener('input', () => show(+$('rate').value)); show(values.at);
