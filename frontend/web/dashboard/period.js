/*
 * period.js - intervals and buckets on the clock of the browser's time zone.
 *
 * Intervals are half-open, as the API has them.  Date's own arithmetic on local
 * fields copes with days of 23 or 25 hours.
 */

const HOUR = 3600 * 1000;
const DAY = 24 * HOUR;

/* The longest interval that is shown by hours, and by days. */
const HOURS_LIMIT = 92 * DAY;
const DAYS_LIMIT = 5 * 366 * DAY;

/* More buckets than this are not made for stretches without a purchase. */
const FILL_LIMIT = 5000;

/* The name of the browser's time zone. */
export function localZone()
{
	return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/* Midnight of a day that lies some days from that of an instant. */
function midnight(at, days = 0)
{
	return new Date(at.getFullYear(), at.getMonth(), at.getDate() + days);
}

/* "2026-11-25" as local midnight; null for nothing. */
export function parseDay(text)
{
	const [year, month, day] = text.split("-").map(Number);

	return text ? new Date(year, month - 1, day) : null;
}

/* Local midnight as "2026-11-25". */
export function formatDay(at)
{
	const year = String(at.getFullYear()).padStart(4, "0");
	const month = String(at.getMonth() + 1).padStart(2, "0");

	return `${year}-${month}-${String(at.getDate()).padStart(2, "0")}`;
}

/* The days of a custom period, in whichever order they were given. */
function customInterval(view)
{
	const [first, last] = view.from && view.to ? [view.from, view.to].sort() : [view.from, view.to];
	const to = parseDay(last);

	return { from: parseDay(first), to: to && midnight(to, 1) };
}

/* The interval of a view: from and to, null where it has no bound. */
export function interval(view, now)
{
	const tomorrow = midnight(now, 1);

	switch (view.period)
	{
		case "today":
			return { from: midnight(now), to: tomorrow };
		case "7d":
			return { from: midnight(now, -6), to: tomorrow };
		case "30d":
			return { from: midnight(now, -29), to: tomorrow };
		case "month":
			return {
				from: new Date(now.getFullYear(), now.getMonth(), 1),
				to: new Date(now.getFullYear(), now.getMonth() + 1, 1),
			};
		case "custom":
			return customInterval(view);
		default:
			return { from: null, to: null };
	}
}

/* The buckets that suit an interval, the finest first. */
export function suitableBuckets({ from, to })
{
	const length = from && to ? to - from : Infinity;

	if (length <= HOURS_LIMIT)
		return ["hour", "day", "week", "month"];
	return length <= DAYS_LIMIT ? ["day", "week", "month"] : ["week", "month"];
}

/* The bucket to show: the one asked for where it suits, else a readable one. */
export function chooseBucket(asked, { from, to })
{
	const length = from && to ? to - from : Infinity;

	if (suitableBuckets({ from, to }).includes(asked))
		return asked;
	if (length <= 2 * DAY)
		return "hour";
	return length <= HOURS_LIMIT ? "day" : "month";
}

/* The start of the bucket that an instant lies in. */
function bucketStart(bucket, at)
{
	switch (bucket)
	{
		case "hour":
			return new Date(Math.floor(at / HOUR) * HOUR);
		case "day":
			return midnight(at);
		case "week":
			return midnight(at, -((at.getDay() + 6) % 7));
		default:
			return new Date(at.getFullYear(), at.getMonth(), 1);
	}
}

/* The start of the bucket behind one. */
function bucketNext(bucket, at)
{
	switch (bucket)
	{
		case "hour":
			return new Date(at.getTime() + HOUR);
		case "day":
			return midnight(at, 1);
		case "week":
			return midnight(at, 7);
		default:
			return new Date(at.getFullYear(), at.getMonth() + 1, 1);
	}
}

/* The instant that the API's label of a bucket stands for. */
function parseLabel(bucket, label)
{
	return bucket === "hour" ? new Date(label) : parseDay(label);
}

/*
 * A point for every bucket of an interval, those without a purchase included,
 * which the API leaves out.  Where these would be too many, they stay away.
 */
export function fillBuckets(bucket, results, { from, to })
{
	const known = results.map((figures) => ({ at: parseLabel(bucket, figures.start), figures }));
	const byTime = new Map(known.map((point) => [point.at.getTime(), point]));
	const end = to ?? (known.length ? new Date(known.at(-1).at.getTime() + 1) : null);
	const points = [];

	if (!end || !(from || known.length))
		return known;
	for (let at = bucketStart(bucket, from ?? known[0].at); at < end; at = bucketNext(bucket, at))
	{
		points.push(byTime.get(at.getTime()) ?? { at, figures: null });
		if (points.length > FILL_LIMIT)
			return known;
	}
	return points;
}
