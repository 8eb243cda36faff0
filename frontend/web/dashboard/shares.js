/*
 * shares.js - tables with a bar in each row: categories, payment methods.
 */

import { figureCell } from "./cells.js";
import { $, make } from "./dom.js";
import { compareExact } from "./exact.js";
import { say, sayCount } from "./text.js";

/* Rows shown before someone asks for all. */
const SHORT = 8;

/* The tables that someone has asked to see whole. */
const opened = new Set();

/*
 * The bar below a name.  Its length is a float, and decoration: the exact figure
 * stands beside it.
 */
function bar(amount, largest)
{
	const element = make("span", { class: "share", "aria-hidden": "true" }, make("span"));
	const share = largest > 0 ? Math.max(0, amount / largest) : 0;

	element.firstChild.style.width = `${100 * share}%`;
	return element;
}

/* One row: the name, its bar, the figures. */
function shareRow({ name, figures }, largest)
{
	const head = make("th", { scope: "row" }, make("span", { class: "name" }, name),
		bar(Number(figures[0]), largest));

	return make("tr", {}, head, ...figures.map((figure) => figureCell(figure)));
}

/* Fills a table, the largest amount first. */
function fill(id, rows)
{
	const sorted = rows.sort((left, right) => compareExact(right.figures[0], left.figures[0]));
	const largest = sorted.length ? Number(sorted[0].figures[0]) : 0;
	const shown = opened.has(id) ? sorted : sorted.slice(0, SHORT);
	const more = $(`${id}-more`);

	$(id).tBodies[0].replaceChildren(...shown.map((row) => shareRow(row, largest)));
	more.hidden = sorted.length <= SHORT;
	more.textContent = opened.has(id) ? say("show_fewer") : sayCount("show_all", sorted.length);
	more.onclick = () => {
		opened[opened.has(id) ? "delete" : "add"](id);
		fill(id, sorted);
	};
}

/* Shows both tables for the "total" of an answer. */
export function showShares(total)
{
	fill("categories", Object.entries(total.category_analytics).map(([name, one]) => ({
		name,
		figures: [one.total_spent, one.receipts, one.quantity, one.average_receipt],
	})));
	fill("payments", Object.entries(total.payment_analytics).map(([name, one]) => ({
		name,
		figures: [one.total_amount, one.receipts],
	})));
}
