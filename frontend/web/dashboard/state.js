/*
 * state.js - what is looked at: the period, places, order and so on.
 *
 * It lives in the fragment of the page's address, so that reloading, going back
 * and bookmarks work.  The token is never part of it.
 */

const DEFAULTS = {
	period: "7d",
	from: "",
	to: "",
	bucket: "",
	measure: "total_amount",
	order: "-total_amount",
	live: "",
};

const CHOICES = {
	period: /^(today|7d|30d|month|all|custom)$/,
	from: /^(\d{4}-\d\d-\d\d)?$/,
	to: /^(\d{4}-\d\d-\d\d)?$/,
	bucket: /^(hour|day|week|month)?$/,
	measure: /^(total_amount|total_purchases|average_receipt)$/,
	order: /^(place_id|-?(total_amount|total_purchases|average_receipt))$/,
	live: /^1?$/,
};

/* Reads an address; what is not understood is as if it were not there. */
export function readView(hash)
{
	const given = new URLSearchParams(hash.replace(/^#/, ""));
	const view = { places: [...new Set(given.getAll("place"))].filter(Boolean) };

	for (const [name, fallback] of Object.entries(DEFAULTS))
	{
		const value = given.get(name) ?? fallback;

		view[name] = CHOICES[name].test(value) ? value : fallback;
	}
	return view;
}

/* The address of a view, without what is as usual. */
export function writeView(view)
{
	const written = new URLSearchParams();

	for (const [name, fallback] of Object.entries(DEFAULTS))
	{
		if (view[name] !== fallback)
			written.set(name, view[name]);
	}
	for (const place of view.places)
		written.append("place", place);
	return `#${written}`;
}
