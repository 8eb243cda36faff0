/*
 * cells.js - the cells that all tables are made of.
 */

import { make } from "./dom.js";
import { showDecimal } from "./text.js";

/* A cell with an exact figure; null gives a dash. */
export function figureCell(decimal, ...more)
{
	const figure = make("data", { value: decimal ?? "" }, showDecimal(decimal));

	return make("td", { class: "number" }, figure, ...more);
}

/* The cells of an analytics object, in the order of our tables. */
export function analyticsCells(figures, first)
{
	const names = ["total_amount", "total_purchases", "average_receipt"];
	const order = first ? [first, ...names.filter((name) => name !== first)] : names;

	return [
		...order.map((name) => figureCell(figures[name])),
		figureCell(figures.taxes_amount.total_nds),
		figureCell(figures.taxes_amount.total_tips),
	];
}
