// The story of a graph: parts marked with `data-at` appear at their first step and stand out at each of them.
const marked = [...document.querySelectorAll('[data-at]')];
player(document.getElementById('controls'), values.said.length, values.words, k => {
  document.getElementById('said').textContent = values.said[k];
  for (const e of marked) { const at = e.dataset.at.split(' ').map(Number);
    e.classList.toggle('later', at[0] > k); e.classList.toggle('now', at.includes(k)); } }, 0.8);
