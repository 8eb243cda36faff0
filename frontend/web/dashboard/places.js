/*
 * places.js - the table of places: ordered, a page at a time, each a way in.
 */

import { analyticsCells } from "./cells.js";
import { $, make } from "./dom.js";
import { writeView } from "./state.js";
import { say } from "./text.js";

/* Rows of a page. */
export const PAGE_SIZE = 15;

/* A row; the name leads to the place alone. */
function placeRow(place, view)
{
	const name = make("a", { href: writeView({ ...view, places: [place.place_id] }) },
		place.place_name ?? place.place_id);
	const id = place.place_name === null ? [] : [make("span", { class: "muted small" }, place.place_id)];

	return make("tr", {}, make("th", { scope: "row" }, name, ...id), ...analyticsCells(place));
}

/* Marks the column that the table is ordered by. */
function showOrder(order)
{
	for (const button of document.querySelectorAll("[data-order]"))
	{
		const head = button.closest("th");

		if (order.replace("-", "") !== button.dataset.order)
			head.removeAttribute("aria-sort");
		else
			head.setAttribute("aria-sort", order[0] === "-" ? "descending" : "ascending");
	}
}

/* Shows a page of places and the ways to its neighbours. */
export function showPlaces(analytics, view, page)
{
	showOrder(view.order);
	$("place-rows").replaceChildren(...analytics.results.map((place) => placeRow(place, view)));
	$("page-number").textContent = say("place_count", { page: page + 1 });
	$("page-previous").disabled = page === 0;
	$("page-next").disabled = analytics.next === null;
	$("page-previous").parentElement.hidden = page === 0 && analytics.next === null;
}

/* The order after a press on a column: the largest first, then the smallest. */
function nextOrder(order, column)
{
	if (column === "place_id")
		return column;
	return order === `-${column}` ? column : `-${column}`;
}

/* Listens to heads and pager: reorder(order of the current one), turn(step). */
export function startPlaces(reorder, turn)
{
	for (const button of document.querySelectorAll("[data-order]"))
		button.addEventListener("click", () => reorder((order) => nextOrder(order, button.dataset.order)));
	$("page-previous").addEventListener("click", () => turn(-1));
	$("page-next").addEventListener("click", () => turn(1));
}
