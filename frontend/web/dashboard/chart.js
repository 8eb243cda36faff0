/*
 * chart.js - figures over time, by uPlot, and the same as a table.
 *
 * Bars stand at whole numbers, one for each bucket, so that months of different
 * lengths are equally wide.  A chart may use floats; texts are exact.
 */

import { analyticsCells } from "./cells.js";
import { $, make } from "./dom.js";
import { say, showDecimal, showShort, showTime } from "./text.js";
import uPlot from "./uplot.js";

const HEIGHT = 260;

/* How a bucket is named on the axis, and in full. */
const AXIS_TIME = { hour: "hour", day: "day", week: "day", month: "month" };
const FULL_TIME = { hour: "time", day: "weekday", week: "date", month: "month" };

let plot = null;

/* A colour of the style sheet, which knows dark from light. */
function colour(name)
{
	return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/* A bucket's name on the axis: hours of several days are named by their day. */
function axisLabel(points, bucket, index)
{
	const point = points[index];

	if (!point)
		return "";
	const form = bucket === "hour" && points.length > 25 ? "day" : AXIS_TIME[bucket];

	return showTime(point.at, form);
}

/* The steps that labels may be apart; hours of several days are a day apart. */
function labelSteps(points, bucket)
{
	const steps = [1, 2, 3, 4, 6, 12, 24, 48, 72, 120, 168, 336, 672, 1344, 2688];

	return bucket === "hour" && points.length > 25 ? steps.filter((step) => step >= 24) : steps;
}

/* The floats that the plot takes; an average of nothing is a gap. */
function plotData(points, measure)
{
	const none = measure === "average_receipt" ? null : 0;
	const floatOf = (value) => (value === null || value === undefined ? none : Number(value));

	return [points.map((_, index) => index), points.map(({ figures }) => floatOf(figures?.[measure]))];
}

/* The line or the bars. */
function series(measure)
{
	const accent = colour("--accent");

	if (measure === "average_receipt")
		return { stroke: accent, width: 2, points: { show: true, size: 6, fill: accent } };
	return {
		stroke: accent,
		fill: accent,
		width: 0,
		points: { show: false },
		paths: uPlot.paths.bars({ size: [0.72, 48], radius: 0.08 }),
	};
}

/* Both axes. */
function axes(points, bucket)
{
	const stroke = colour("--muted");
	const grid = { stroke: colour("--line"), width: 1 };
	const font = `12px ${getComputedStyle(document.body).fontFamily}`;

	return [
		{
			stroke, font, space: 64, size: 32,
			grid: { show: false }, ticks: { show: false },
			incrs: labelSteps(points, bucket),
			values: (_, splits) => splits.map((index) => axisLabel(points, bucket, index)),
		},
		{
			stroke, font, grid, size: 60, ticks: { show: false },
			values: (_, splits) => splits.map(showShort),
		},
	];
}

/* What the pointer stands on: the bucket's name and its exact figure. */
function tooltip(points, bucket, measure)
{
	const name = make("span", { class: "muted" });
	const figure = make("strong");
	const box = make("div", { class: "tooltip", hidden: "", "aria-hidden": "true" }, name, figure);

	return {
		init: [(u) => u.over.append(box)],
		setCursor: [(u) => {
			const point = points[u.cursor.idx];

			box.hidden = !point || u.cursor.left < 0;
			if (box.hidden)
				return;
			name.textContent = showTime(point.at, FULL_TIME[bucket]);
			figure.textContent = figureOf(point, measure);
			const left = u.valToPos(u.cursor.idx, "x") - box.offsetWidth / 2;

			box.style.left = `${Math.max(0, Math.min(left, u.over.offsetWidth - box.offsetWidth))}px`;
		}],
	};
}

/* A bucket's figure in exact digits. */
function figureOf({ figures }, measure)
{
	const none = measure === "total_purchases" ? "0" : "0.00";

	if (figures)
		return showDecimal(figures[measure]);
	return showDecimal(measure === "average_receipt" ? null : none);
}

/* Draws; what was there before is gone. */
function draw(points, bucket, measure)
{
	const root = $("chart");

	plot?.destroy();
	plot = new uPlot({
		width: root.clientWidth,
		height: HEIGHT,
		padding: [12, 8, 0, 0],
		legend: { show: false },
		cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
		scales: {
			x: { time: false, range: () => [-0.5, Math.max(points.length, 1) - 0.5] },
			y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] },
		},
		axes: axes(points, bucket),
		series: [{}, series(measure)],
		hooks: tooltip(points, bucket, measure),
	}, plotData(points, measure), root);
}

/* A row of the table; a bucket without a purchase has none. */
function seriesRow({ at, figures }, bucket)
{
	return make("tr", {}, make("th", { scope: "row" }, showTime(at, FULL_TIME[bucket])),
		...analyticsCells(figures, "total_purchases"));
}

/* Fills the table when it is looked at. */
function fillTable(points, bucket)
{
	const fill = () => $("series-rows").replaceChildren(
		...points.filter(({ figures }) => figures).map((point) => seriesRow(point, bucket)));

	$("series").ontoggle = () => $("series").open && fill();
	if ($("series").open)
		fill();
}

/* Shows the points of a series in both ways. */
export function showSeries(points, bucket, measure)
{
	draw(points, bucket, measure);
	fillTable(points, bucket);
	$("chart").setAttribute("aria-label", say("chart_label", {
		figure: say(measure),
		bucket: say(`bucket_${bucket}`).toLowerCase(),
		n: points.length,
	}));
}

/* Takes the chart off. */
export function clearSeries()
{
	plot?.destroy();
	plot = null;
	$("series-rows").replaceChildren();
}

/* Keeps the chart as wide as its place. */
export function startSeries()
{
	new ResizeObserver(() => {
		if (plot && $("chart").clientWidth > 0)
			plot.setSize({ width: $("chart").clientWidth, height: HEIGHT });
	}).observe($("chart"));
}
