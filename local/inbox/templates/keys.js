addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /INPUT|BUTTON/.test(event.target.tagName)) return;
  const rows = [...document.querySelectorAll(".letters a")], step = { j: 1, k: -1 }[event.key];
  const marked = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key);
  if (rows.length && step) rows.at(Math.min(Math.max(rows.indexOf(document.activeElement) + step, 0), rows.length - 1)).focus();
  else if (marked?.href) marked.click();
  else if (marked) marked.focus();
  else return;
  event.preventDefault();
});
