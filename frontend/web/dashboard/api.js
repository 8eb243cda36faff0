/*
 * api.js - asking the service that the page comes from.
 */

import { parseExact } from "./exact.js";

/* Seconds to wait for the first, second, ... try when the service does not say. */
const PAUSES = [1, 2, 5, 10, 20, 30];

/* An answer that is no success; status 0: none came. */
export class Problem extends Error
{
	constructor(status, body, retryAfter)
	{
		super(body?.detail ?? body?.title ?? `HTTP ${status}`);
		this.status = status;
		this.code = (body?.type ?? "").split(":").at(-1);
		this.retryAfter = retryAfter;
	}

	/* Whether the same request may well succeed a little later. */
	get passes()
	{
		return [0, 429, 502, 503, 504].includes(this.status);
	}

	/* Seconds to wait before the next try, with some chance in it. */
	pause(tries)
	{
		const usual = PAUSES[Math.min(tries, PAUSES.length - 1)];

		return Math.ceil(Math.max(this.retryAfter, usual) * (1 + Math.random() / 4));
	}
}

/* "Retry-After" in seconds; 0 when there is none. */
function retryAfter(response)
{
	return Number.parseInt(response.headers.get("Retry-After") ?? "", 10) || 0;
}

/* A problem's body; null when it is none, as from a proxy. */
function problemBody(text)
{
	try
	{
		return JSON.parse(text);
	}
	catch
	{
		return null;
	}
}

/* The query of name-value pairs; those without a value are left out. */
function queryOf(parameters)
{
	const given = parameters.filter(([, value]) => value !== null && value !== undefined);

	return given.length ? `?${new URLSearchParams(given)}` : "";
}

/*
 * GET, exact numbers back, a Problem thrown for all else.  Nothing goes into the
 * browser's cache: figures must not outlive the token's stay in the tab.
 */
export async function get(token, path, parameters, signal)
{
	let response;
	let text;

	try
	{
		response = await fetch(path + queryOf(parameters), {
			headers: { Accept: "application/json", Authorization: `Bearer ${token}` },
			cache: "no-store",
			credentials: "omit",
			signal,
		});
		text = await response.text();
	}
	catch (error)
	{
		if (error.name === "AbortError")
			throw error;
		throw new Problem(0, null, 0);
	}
	if (!response.ok)
		throw new Problem(response.status, problemBody(text), retryAfter(response));
	return parseExact(text);
}

/* All pages of a listing, as one. */
export async function getAll(token, path, parameters, signal)
{
	const answer = await get(token, path, parameters, signal);

	for (let { next } = answer; next; )
	{
		const page = await get(token, path, [...parameters, ["cursor", next]], signal);

		answer.results.push(...page.results);
		next = page.next;
	}
	return answer;
}
