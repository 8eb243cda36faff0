/*
 * cards.js - the figures in sum.
 */

import { $, make } from "./dom.js";
import { say, showDecimal, splitDecimal } from "./text.js";

/* Sets a <data> element: its value are the digits of the answer. */
function setFigure(id, decimal)
{
	$(id).value = decimal ?? "";
	$(id).replaceChildren(...splitDecimal(decimal).flatMap((part) => [part, make("wbr")]));
}

/* Shows the "total" of an answer. */
export function showCards(total)
{
	for (const name of ["total_amount", "total_purchases", "average_receipt"])
		setFigure(name, total[name]);
	setFigure("total_nds", total.taxes_amount.total_nds);
	setFigure("total_tips", total.taxes_amount.total_tips);
	$("range").textContent = total.min_receipt === null ? "" : say("range_hint", {
		min: showDecimal(total.min_receipt),
		max: showDecimal(total.max_receipt),
	});
}
