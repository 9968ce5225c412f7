// One button for each view of a folded graph.
for (const button of document.querySelectorAll('button[data-view]')) button.addEventListener('click', () => {
  for (const b of document.querySelectorAll('button[data-view]')) b.setAttribute('aria-pressed', String(b === button));
  for (const f of document.querySelectorAll('figure[data-view]')) f.hidden = f.dataset.view !== button.dataset.view; });
