// A row of controls over `count` frames: buttons, a slider, arrow keys, Home, End and the space bar. Nothing moves by itself where
// the reader asked for reduced motion; who then presses play still gets the frames.
function player(place, count, words, draw, perSecond, startAt) {
  let at = startAt || 0, timer = null;
  const bar = document.createElement('div'); bar.className = 'controls'; bar.setAttribute('role', 'group');
  const make = (name, act) => { const b = document.createElement('button'); b.type = 'button'; b.textContent = name;
    b.addEventListener('click', act); bar.append(b); return b; };
  const slider = document.createElement('input'); slider.type = 'range'; slider.min = 0; slider.max = count - 1; slider.step = 1;
  slider.setAttribute('aria-label', words.frame);
  const said = document.createElement('output'); said.setAttribute('aria-live', 'off');
  const show = k => { at = Math.max(0, Math.min(count - 1, k)); slider.value = at; said.textContent = (words.frame + ' ' + at + ' / '
    + (count - 1)); slider.setAttribute('aria-valuetext', said.textContent); draw(at); };
  const stop = () => { if (timer !== null) { cancelAnimationFrame(timer); timer = null; } play.textContent = words.play; };
  const start = () => { if (at >= count - 1) show(0); let last = performance.now(), owed = 0; play.textContent = words.pause;
    const tick = now => { owed += (now - last) / 1000 * perSecond; last = now; const whole = Math.floor(owed); owed -= whole;
      if (whole) show(at + whole); if (at < count - 1) timer = requestAnimationFrame(tick); else stop(); };
    timer = requestAnimationFrame(tick); };
  const first = make(words.first, () => { stop(); show(0); });
  const back = make(words.back, () => { stop(); show(at - 1); });
  const play = make(words.play, () => timer === null ? start() : stop());
  const next = make(words.next, () => { stop(); show(at + 1); });
  const end = make(words.end, () => { stop(); show(count - 1); });
  slider.addEventListener('input', () => { stop(); show(+slider.value); });
  bar.append(slider, said); place.append(bar);
  document.addEventListener('keydown', e => {
    const within = e.target.matches ? e.target : document.body;
    if (within.matches('input:not([type=range]), select, textarea') || e.ctrlKey || e.metaKey || e.altKey) return;
    const act = { ArrowRight: () => show(at + 1), ArrowLeft: () => show(at - 1), Home: () => show(0), End: () => show(count - 1) }[e.key];
    if (act) { stop(); act(); e.preventDefault(); }
    else if (e.key === ' ' && !within.matches('button')) { timer === null ? start() : stop(); e.preventDefault(); } });
  show(at);
  if (!matchMedia('(prefers-reduced-motion: reduce)').matches && words.autoplay) start();
  return { show, stop, at: () => at };
}
