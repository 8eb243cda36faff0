/*
 * main.js - the dashboard: what is asked for, loaded and shown.
 *
 * view    what is looked at, as in the address (state.js)
 * shown   the last answers, kept to be shown again in another language or theme
 * pages   the cursors of the pages of places up to the one in view
 */

import { get, getAll } from "./api.js";
import { showCards } from "./cards.js";
import { clearSeries, showSeries, startSeries } from "./chart.js";
import { $ } from "./dom.js";
import { dropToken, explain, showGate, startGate, storedToken } from "./gate.js";
import { Loader } from "./loader.js";
import { chooseBucket, fillBuckets, formatDay, interval, localZone, suitableBuckets } from "./period.js";
import { Picker, placeTitle } from "./picker.js";
import { PAGE_SIZE, showPlaces, startPlaces } from "./places.js";
import { showShares } from "./shares.js";
import { readView, writeView } from "./state.js";
import { currentLanguage, say, sayAll, sayCount, setLanguage, showTime } from "./text.js";

/* Seconds between refreshes of live figures. */
const LIVE_SECONDS = 10;

let token = storedToken();
let view = readView(location.hash);
let shown = null;
let pages = [null];

/* Places by id, as far as they have been asked for. */
const known = new Map();

const loader = new Loader(load, { busy, loaded, waiting, failed });
const picker = new Picker(() => token, () => view.places, choosePlaces);

/* The parameters that all questions about figures share. */
function filters(span)
{
	return [
		["from", span.from && span.from.toISOString()],
		["to", span.to && span.to.toISOString()],
		["live", view.live ? "true" : null],
		...view.places.map((id) => ["place_id", id]),
	];
}

/* Learns of the chosen places; one that is unknown there goes by its id. */
async function learnPlaces(signal)
{
	await Promise.all(view.places.filter((id) => !known.has(id)).map(async (id) => {
		try
		{
			known.set(id, await get(token, `api/places/${encodeURIComponent(id)}/`, [], signal));
		}
		catch (problem)
		{
			if (problem.status !== 404)
				throw problem;
		}
	}));
}

/* Asks for all that the view wants. */
async function load(signal)
{
	const span = interval(view, new Date());
	const bucket = chooseBucket(view.bucket, span);
	const asked = filters(span);
	const [analytics, series] = await Promise.all([
		get(token, "api/analytics/", [...asked, ["order", view.order], ["limit", String(PAGE_SIZE)],
			["cursor", pages.at(-1)]], signal),
		getAll(token, "api/analytics/timeseries/",
			[...asked, ["bucket", bucket], ["tz", localZone()]], signal),
		learnPlaces(signal),
	]);

	return { span, bucket, analytics, points: fillBuckets(bucket, series.results, span) };
}

/* Tells that figures are under way. */
function busy(whether)
{
	$("board").setAttribute("aria-busy", String(whether));
}

/* Shows what came, and plans the next look where it is to be live. */
function loaded(answer)
{
	shown = answer;
	$("notice").hidden = true;
	$("figures").classList.remove("stale");
	show();
	if (view.live && !document.hidden)
		loader.runIn(LIVE_SECONDS);
}

/* Says why there is nothing new; what was shown stays. */
function notice(text)
{
	const more = shown ? ` ${say("stale")}` : "";

	$("notice-text").textContent = text + more;
	$("notice").hidden = false;
	$("figures").classList.add("stale");
}

/* The service is away or wants a pause. */
function waiting(problem, seconds)
{
	notice(explain(problem, seconds));
}

/* Back to the gate with a token that is no good; else a notice. */
function failed(problem)
{
	if (problem.status === 401)
		leave(say("error_expired"));
	else if (problem.status === 403 && problem.code !== "foreign_place")
		leave(explain(problem));
	else if (problem.status !== undefined)
		notice(explain(problem));
	else
		throw problem;
}

/* The interval in words. */
function intervalText({ from, to })
{
	const first = from && showTime(from, "date");
	const last = to && showTime(new Date(to.getTime() - 1), "date");

	if (from && to)
		return first === last ? first : say("interval", { from: first, to: last });
	if (from)
		return say("interval_from", { from: first });
	return to ? say("interval_to", { to: last }) : say("all_time");
}

/* How fresh the figures are. */
function freshness(analytics)
{
	if (analytics.as_of === null)
		return say("as_of_never");
	return say(view.live ? "as_of_live" : "as_of", { time: showTime(new Date(analytics.as_of), "second") });
}

/* The chosen places; one that was never asked for goes by its id. */
function chosenPlaces()
{
	return view.places.map((id) => known.get(id) ?? { place_id: id, place_name: null });
}

/* What the page is about, in its heading. */
function showHeading()
{
	const places = chosenPlaces();
	const [one] = places.length === 1 ? places : [];
	const details = [one?.place_name && one.place_id,
		one?.first_seen && say("first_seen", { time: showTime(new Date(one.first_seen), "time") }),
		one?.last_seen && say("last_seen", { time: showTime(new Date(one.last_seen), "time") })];

	$("heading").textContent = one ? placeTitle(one)
		: places.length ? sayCount("n_places", places.length) : say("all_places");
	$("subheading").textContent = details.filter(Boolean).join(" · ");
	$("back").hidden = places.length === 0;
	$("back").href = writeView({ ...view, places: [] });
	document.title = one ? `${placeTitle(one)} · ${say("title")}` : say("title");
}

/* Shows the last answers. */
function show()
{
	const { span, bucket, analytics, points } = shown;
	const nothing = analytics.total.total_purchases === "0";

	showHeading();
	picker.showChosen(chosenPlaces());
	$("interval").textContent = `${intervalText(span)} · ${say("zone", { zone: localZone() })}`;
	$("as-of").textContent = freshness(analytics);
	$("as-of").classList.toggle("is-live", Boolean(view.live));
	$("empty").hidden = !nothing;
	$("empty-live").hidden = $("show-live").hidden = Boolean(view.live);
	$("show-all").hidden = view.period === "all";
	$("figures").hidden = nothing;
	showCards(analytics.total);
	showShares(analytics.total);
	showPlaces(analytics, view, pages.length - 1);
	$("places").hidden = view.places.length === 1;
	if (nothing)
		clearSeries();
	else
		showSeries(points, bucket, view.measure);
}

/* Sets the controls to the view. */
function showSettings()
{
	const span = interval(view, new Date());
	const suitable = suitableBuckets(span);

	$("settings").elements.period.value = view.period;
	$("custom").hidden = view.period !== "custom";
	$("from").value = view.from;
	$("to").value = view.to;
	$("live").checked = Boolean(view.live);
	$("measure").value = view.measure;
	for (const input of $("buckets").querySelectorAll("input"))
	{
		input.disabled = !suitable.includes(input.value);
		input.checked = input.value === chooseBucket(view.bucket, span);
	}
}

/* Looks at something else: the address changes, and what it says is loaded. */
function look(change)
{
	history.pushState(null, "", writeView({ ...view, ...change }));
	follow();
}

/* The dates of "custom" begin with those that were shown. */
function choosePeriod(period)
{
	const { from, to } = interval(view, new Date());
	const last = to && new Date(to.getTime() - 1);

	if (period === "custom")
		look({ period, from: from ? formatDay(from) : "", to: last ? formatDay(last) : "" });
	else
		look({ period, from: "", to: "" });
}

/* Other places are looked at. */
function choosePlaces(ids, place)
{
	if (place)
		known.set(place.place_id, place);
	look({ places: ids });
}

/* Goes to the next or the previous page of places. */
function turn(step)
{
	pages = step > 0 ? [...pages, shown.analytics.next] : pages.slice(0, -1);
	loader.run();
}

/* Follows the address. */
function follow()
{
	view = readView(location.hash);
	pages = [null];
	showSettings();
	picker.showChosen(chosenPlaces());
	if (token)
		loader.run();
}

/* Opens the dashboard. */
function open(given)
{
	token = given;
	$("gate").hidden = true;
	$("board").hidden = $("sign-out").hidden = false;
	$("heading").focus();
	loader.run();
}

/* Closes it: the token and all figures are forgotten. */
function leave(text)
{
	loader.stop();
	dropToken();
	token = shown = null;
	known.clear();
	clearSeries();
	for (const rows of $("board").querySelectorAll("tbody, .chips"))
		rows.replaceChildren();
	for (const place of $("board").querySelectorAll("data, #heading, #subheading, #as-of, #range"))
		place.textContent = place.value = "";
	$("board").hidden = $("sign-out").hidden = true;
	$("gate").hidden = false;
	document.title = say("title");
	showGate(text);
}

/* Speaks another language, or shows another theme, with the same figures. */
function redraw()
{
	sayAll(document);
	$("language").value = currentLanguage();
	if (shown)
		show();
}

/* Listens to all controls. */
function listen()
{
	const settings = $("settings");

	settings.addEventListener("submit", (event) => event.preventDefault());
	settings.elements.period.forEach((input) => input.addEventListener("change", () => choosePeriod(input.value)));
	$("from").addEventListener("change", () => look({ from: $("from").value }));
	$("to").addEventListener("change", () => look({ to: $("to").value }));
	$("live").addEventListener("change", () => look({ live: $("live").checked ? "1" : "" }));
	$("refresh").addEventListener("click", () => loader.run());
	$("notice-retry").addEventListener("click", () => loader.run());
	$("show-live").addEventListener("click", () => look({ live: "1" }));
	$("show-all").addEventListener("click", () => choosePeriod("all"));
	$("measure").addEventListener("change", () => look({ measure: $("measure").value }));
	$("buckets").addEventListener("change", (event) => look({ bucket: event.target.value }));
	$("sign-out").addEventListener("click", () => leave(""));
	$("language").addEventListener("change", () => {
		setLanguage($("language").value);
		redraw();
	});
	window.addEventListener("hashchange", follow);
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
	document.addEventListener("visibilitychange", () => {
		if (token && view.live && !document.hidden)
			loader.run();
	});
}

setLanguage();
redraw();
listen();
startGate(open);
startPlaces((change) => look({ order: change(view.order) }), turn);
startSeries();
showSettings();
if (token)
	open(token);
else
{
	$("gate").hidden = false;
	showGate("");
}
