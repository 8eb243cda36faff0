/*
 * gate.js - asking for a token, and keeping it for as long as the tab lives.
 *
 * The token is in sessionStorage and in the Authorization header, nowhere else:
 * not in an address, a cookie or storage that outlives the tab.
 */

import { get } from "./api.js";
import { $ } from "./dom.js";
import { say } from "./text.js";

const STORED = "receipts.token";

/* What the service's tokens are made of; a header could not carry all else. */
const TOKEN = /^[\x21-\x7e]+$/;

/* The token of this tab, or null. */
export function storedToken()
{
	return sessionStorage.getItem(STORED);
}

/* Forgets it. */
export function dropToken()
{
	sessionStorage.removeItem(STORED);
}

/* The text for a problem that keeps someone out; the loader's texts are alike. */
export function explain(problem, seconds = 0)
{
	if (problem.status === 401)
		return say("error_unauthorized");
	if (problem.status === 403)
		return say(problem.code === "foreign_place" ? "error_foreign" : "error_forbidden");
	if (problem.status === 429)
		return say("error_limited", { n: seconds });
	if (problem.passes)
		return say("error_away", { n: seconds });
	return say("error_other", { detail: problem.message });
}

/* Says what is wrong and lets the token be typed once more. */
export function showGate(text)
{
	$("gate-error").textContent = text;
	$("token").toggleAttribute("aria-invalid", Boolean(text));
	$("token").focus();
}

/* Tries the token at the cheapest place that takes an analyst's. */
async function check(token)
{
	for (let tries = 0; ; tries++)
	{
		try
		{
			await get(token, "api/places/", [["limit", "1"]]);
			return;
		}
		catch (problem)
		{
			if (!problem.passes)
				throw problem;
			const seconds = problem.pause(tries);

			$("gate-error").textContent = explain(problem, seconds);
			await new Promise((resume) => setTimeout(resume, seconds * 1000));
		}
	}
}

/* Lets someone in whose token the service takes; opened(token) follows. */
async function enter(opened)
{
	const token = $("token").value.trim();

	if (!TOKEN.test(token))
	{
		showGate(say("error_bad_token"));
		return;
	}
	$("gate-open").disabled = true;
	$("gate-open").textContent = say("opening");
	try
	{
		await check(token);
		sessionStorage.setItem(STORED, token);
		$("token").value = "";
		showGate("");
		opened(token);
	}
	catch (problem)
	{
		showGate(explain(problem));
	}
	$("gate-open").disabled = false;
	$("gate-open").textContent = say("open");
}

/* Listens to the form. */
export function startGate(opened)
{
	$("gate-form").addEventListener("submit", (event) => {
		event.preventDefault();
		enter(opened);
	});
	$("token-shown").addEventListener("change", (event) => {
		$("token").type = event.target.checked ? "text" : "password";
	});
}
