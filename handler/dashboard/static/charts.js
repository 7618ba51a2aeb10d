// Draws the figures of a page over the data they carry. The same figures stand in a table beside
// each chart, which is what is read without scripts, by a screen reader, and in print.
"use strict";
(() => {
  const DASHES = [[], [6, 4], [2, 3], [10, 4, 2, 4]]; // lines differ by more than their colour
  const drawn = [];

  function colours() {
    const style = getComputedStyle(document.documentElement);
    return (name) => style.getPropertyValue(`--${name}`).trim();
  }

  function dataset(figure, series, index, colour) {
    const shades = ["link", "warn", "good", "bad"].map(colour);
    const shade = shades[index % shades.length];
    if (figure.kind === "waterfall") {
      const ends = series.values.map(([from, to]) => (to >= from ? colour("good") : colour("bad")));
      const totals = series.totals || [];
      return {
        label: series.name,
        data: series.values,
        backgroundColor: ends.map((end, at) => (totals.includes(at) ? colour("link") : end)),
        borderSkipped: false,
      };
    }
    return {
      label: series.name,
      data: series.values,
      borderColor: shade,
      backgroundColor: shade,
      borderDash: DASHES[index % DASHES.length],
      pointStyle: ["circle", "rect", "triangle", "rectRot"][index % 4],
      stepped: figure.stepped || false,
      borderWidth: 2,
    };
  }

  function shown(figure) {
    const options = { maximumFractionDigits: 2 };
    if (figure.unit) Object.assign(options, { style: "currency", currency: figure.unit });
    const format = new Intl.NumberFormat(document.documentElement.dataset.locale || "en-US", options);
    return (value) => format.format(value);
  }

  function draw(canvas) {
    const figure = JSON.parse(canvas.dataset.chart);
    const colour = colours();
    const text = shown(figure);
    const said = (item) => {
      const raw = item.raw;
      return `${item.dataset.label}: ${text(Array.isArray(raw) ? raw[1] - raw[0] : raw)}`;
    };
    const number = { ticks: { color: colour("text"), callback: text }, grid: { color: colour("line") } };
    const name = { ticks: { color: colour("text"), autoSkip: figure.kind === "line" }, grid: { display: false } };
    const lies = figure.kind === "waterfall"; // names are long: they stand at the side
    drawn.push(new Chart(canvas, {
      type: figure.kind === "line" ? "line" : "bar",
      data: {
        labels: figure.labels,
        datasets: figure.series.map((one, index) => dataset(figure, one, index, colour)),
      },
      options: {
        indexAxis: lies ? "y" : "x",
        animation: false,
        maintainAspectRatio: false,
        scales: lies ? { x: number, y: name } : { x: name, y: { beginAtZero: true, ...number } },
        plugins: {
          legend: { display: figure.series.length > 1, labels: { color: colour("text"), usePointStyle: true } },
          tooltip: { callbacks: { label: said } },
        },
      },
    }));
  }

  function drawAll() {
    drawn.splice(0).forEach((one) => one.destroy());
    document.querySelectorAll("canvas[data-chart]").forEach((canvas) => {
      canvas.closest("figure").hidden = false; // a hidden one has no size to draw in
      draw(canvas);
    });
  }

  document.addEventListener("DOMContentLoaded", drawAll);
  document.addEventListener("htmx:afterSettle", drawAll);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
})();
