/*
 * picker.js - finding places by name or id, and the ones that were chosen.
 *
 * A combobox with a list box, by the ARIA pattern of that name: the focus stays
 * in the input, arrows move a mark in the list, Enter takes, Escape closes.
 */

import { get } from "./api.js";
import { $, make } from "./dom.js";
import { say, sayCount } from "./text.js";

/* Milliseconds without a key before the service is asked. */
const REST = 150;

/* Places offered at a time. */
const OFFERED = 20;

/* What a place is called. */
export function placeTitle(place)
{
	return place.place_name ?? place.place_id;
}

export class Picker
{
	#token;
	#chosen;
	#changed;
	#found = [];
	#mark = -1;
	#eager = false;
	#timer = 0;
	#controller = null;

	/*
	 * token() and chosen() give the token and the ids of now; changed(ids, place)
	 * is told the new ids and the place that came to them, if one did.
	 */
	constructor(token, chosen, changed)
	{
		const input = $("place-query");

		this.#token = token;
		this.#chosen = chosen;
		this.#changed = changed;
		input.addEventListener("input", () => this.#plan(REST));
		input.addEventListener("focus", () => this.#plan(0));
		input.addEventListener("blur", () => this.#close());
		input.addEventListener("keydown", (event) => this.#key(event));
	}

	/* Asks after a rest.  What is offered until then answers an earlier question. */
	#plan(rest)
	{
		clearTimeout(this.#timer);
		this.#controller?.abort();
		this.#found = [];
		this.#eager = false;
		this.#setBusy(true);
		this.#timer = setTimeout(() => this.#ask(), rest);
	}

	/* Whether the offers are still to come. */
	#setBusy(busy)
	{
		$("place-options").setAttribute("aria-busy", String(busy));
	}

	#isBusy()
	{
		return $("place-options").getAttribute("aria-busy") === "true";
	}

	/* Asks for places that match.  A failure offers none: the figures report it. */
	async #ask()
	{
		const query = $("place-query").value.trim();

		this.#controller = new AbortController();
		try
		{
			const { results } = await get(this.#token(), "api/places/",
				[["limit", String(OFFERED)], ["q", query || null]], this.#controller.signal);

			this.#offer(results.filter((place) => !this.#chosen().includes(place.place_id)));
		}
		catch (problem)
		{
			if (problem.name !== "AbortError")
				this.#close();
		}
	}

	/* Opens the list with these places. */
	#offer(places)
	{
		const list = $("place-options");

		if (document.activeElement !== $("place-query"))
			return;
		this.#found = places;
		this.#setBusy(false);
		list.replaceChildren(...places.map((place, index) => this.#option(place, index)));
		if (places.length === 0)
			list.append(make("li", { class: "muted", role: "option", "aria-disabled": "true" }, say("no_place_found")));
		list.hidden = false;
		$("place-query").setAttribute("aria-expanded", "true");
		$("place-count").textContent = sayCount("places_found", places.length);
		this.#moveTo(-1);
		if (this.#eager)
			this.#take(0);
	}

	/* One entry.  The mouse must not take the focus away, or the list would close. */
	#option(place, index)
	{
		const id = place.place_name === null ? "" : place.place_id;

		return make("li", {
			id: `place-option-${index}`,
			role: "option",
			"aria-selected": "false",
			mousedown: (event) => event.preventDefault(),
			click: () => this.#take(index),
		}, make("span", {}, placeTitle(place)), make("span", { class: "muted small" }, id));
	}

	/* Closes the list and forgets what was asked. */
	#close()
	{
		clearTimeout(this.#timer);
		this.#controller?.abort();
		this.#found = [];
		this.#eager = false;
		this.#setBusy(false);
		this.#moveTo(-1);
		$("place-options").hidden = true;
		$("place-query").setAttribute("aria-expanded", "false");
		$("place-count").textContent = "";
	}

	/* Marks an entry; -1: none. */
	#moveTo(mark)
	{
		const options = [...$("place-options").children];

		this.#mark = mark;
		options.forEach((option, index) => option.setAttribute("aria-selected", String(index === mark)));
		options[mark]?.scrollIntoView({ block: "nearest" });
		if (mark >= 0)
			$("place-query").setAttribute("aria-activedescendant", options[mark].id);
		else
			$("place-query").removeAttribute("aria-activedescendant");
	}

	/* The keys of a combobox.  An Enter before the offers takes the first of them. */
	#key(event)
	{
		const count = this.#found.length;

		if (event.key === "ArrowDown" && count > 0)
			this.#moveTo((this.#mark + 1) % count);
		else if (event.key === "ArrowUp" && count > 0)
			this.#moveTo((Math.max(this.#mark, 0) + count - 1) % count);
		else if (event.key === "Escape")
			this.#close();
		else if (event.key === "Enter" && this.#isBusy())
			this.#eager = true;
		else if (event.key === "Enter")
			this.#take(Math.max(this.#mark, 0));
		else
			return;
		event.preventDefault();
	}

	/* Adds a place that was found. */
	#take(index)
	{
		const place = this.#found[index];

		if (!place)
			return;
		$("place-query").value = "";
		this.#close();
		this.#changed([...this.#chosen(), place.place_id], place);
	}

	/* Shows the chosen places, each with a way to be rid of it. */
	showChosen(places)
	{
		$("chosen").hidden = places.length === 0;
		$("chosen").replaceChildren(...places.map((place) => make("li", {}, make("span", {}, placeTitle(place)),
			make("button", {
				type: "button",
				"aria-label": say("remove_place", { place: placeTitle(place) }),
				click: () => this.#remove(place.place_id),
			}, "×"))));
	}

	/* Takes a place off. */
	#remove(id)
	{
		this.#changed(this.#chosen().filter((one) => one !== id));
		$("place-query").focus();
	}
}
