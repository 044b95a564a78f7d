// What happened in the bin under the pointer: a line through all lanes, its numbers above and beside them.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("bins").textContent);
  const plots = [...document.querySelectorAll(".plot")];
  const readout = document.querySelector(".readout");
  const numbers = [...document.querySelectorAll(".number[data-lane]")];
  if (!plots.length || !data.begins.length) return;
  const rest = readout.textContent;
  const before = numbers.map((cell) => cell.innerHTML);
  const cursors = plots.map((plot) => {
    const line = document.createElement("div");
    line.className = "cursor";
    line.hidden = true;
    return plot.appendChild(line);
  });
  const clock = (seconds) => new Date(seconds * 1000).toLocaleString([], { dateStyle: "medium", timeStyle: "medium" });

  const show = (bin) => {
    const place = `${((bin + 0.5) / data.begins.length) * 100}%`;
    cursors.forEach((line) => { line.hidden = false; line.style.left = place; });
    const failed = data.failed[bin] ? `, ${data.failed[bin].toLocaleString("en")} failed` : "";
    const pages = (data.done[bin] + data.failed[bin]).toLocaleString("en");
    readout.textContent = `${clock(data.begins[bin])}, ${data.width}: ${pages} pages ended${failed}`;
    numbers.forEach((cell) => {
      const share = data.lanes[Number(cell.dataset.lane)][bin];
      cell.innerHTML = share < 0 ? "not used" : `<b>${share} %</b> busy here`;
    });
  };
  const hide = () => {
    cursors.forEach((line) => { line.hidden = true; });
    readout.textContent = rest;
    numbers.forEach((cell, lane) => { cell.innerHTML = before[lane]; });
  };
  plots.forEach((plot) => {
    plot.addEventListener("pointermove", (event) => {
      const box = plot.getBoundingClientRect();
      const bin = Math.floor(((event.clientX - box.left) / box.width) * data.begins.length);
      show(Math.min(Math.max(bin, 0), data.begins.length - 1));
    });
    plot.addEventListener("pointerleave", hide);
  });
})();
