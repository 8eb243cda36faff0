/*
 * text.js - texts, figures and times in the reader's language.
 */

import { groupDigits } from "./exact.js";
import { messages } from "./messages.js";

const STORED = "receipts.language";

let language;
let locale;
let separators;
let plurals;

/* The language chosen before, else the first of the browser's that there is. */
function preferred()
{
	const wanted = [localStorage.getItem(STORED), ...navigator.languages];

	return wanted.map((tag) => tag?.split("-")[0]).find((tag) => tag in messages) ?? "en";
}

/* The thousands and decimal separators of the locale. */
function separatorsOf(tag)
{
	const parts = new Intl.NumberFormat(tag, { useGrouping: true }).formatToParts(1234567.8);
	const find = (type, fallback) => parts.find((part) => part.type === type)?.value ?? fallback;

	return { group: find("group", "\u00a0"), decimal: find("decimal", ".") };
}

/* Turns to a language, with the browser's own regional variant of it if any. */
function use(tag)
{
	language = tag;
	locale = navigator.languages.find((one) => one.split("-")[0] === tag) ?? tag;
	separators = separatorsOf(locale);
	plurals = new Intl.PluralRules(locale);
	document.documentElement.lang = tag;
}

/* The language in use. */
export function currentLanguage()
{
	return language;
}

/* Uses a language from now on and remembers it; without one, the preferred. */
export function setLanguage(tag)
{
	if (tag in messages)
		localStorage.setItem(STORED, tag);
	use(tag in messages ? tag : preferred());
}

/* A text, with its values put in. */
export function say(key, values = {})
{
	return messages[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/* A text in the plural form of a number. */
export function sayCount(key, n)
{
	return say(`${key}_${plurals.select(n)}`, { n });
}

/* Fills the texts of static markup: data-text, data-label, data-hint. */
export function sayAll(root)
{
	for (const element of root.querySelectorAll("[data-text]"))
		element.textContent = say(element.dataset.text);
	for (const element of root.querySelectorAll("[data-label]"))
		element.setAttribute("aria-label", say(element.dataset.label));
	for (const element of root.querySelectorAll("[data-hint]"))
		element.setAttribute(element.tagName === "INPUT" ? "placeholder" : "title", say(element.dataset.hint));
}

/* An exact decimal for reading; a dash for none. */
export function showDecimal(decimal)
{
	return decimal === null ? "—" : groupDigits(decimal, separators);
}

/* The same in parts: a line may break between its thousands. */
export function splitDecimal(decimal)
{
	return showDecimal(decimal).split(new RegExp(`(?<=${separators.group})`));
}

/* A number for an axis: short, not exact. */
export function showShort(number)
{
	return new Intl.NumberFormat(locale, { notation: "compact" }).format(number);
}

const TIMES = {
	hour: { hour: "numeric", minute: "2-digit" },
	day: { day: "numeric", month: "short" },
	month: { month: "short", year: "numeric" },
	date: { day: "numeric", month: "short", year: "numeric" },
	weekday: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
	time: { day: "numeric", month: "short", year: "numeric", hour: "numeric", minute: "2-digit" },
	second: {
		day: "numeric", month: "short", year: "numeric",
		hour: "numeric", minute: "2-digit", second: "2-digit",
	},
};

/* A time in one of the forms above, on the local clock. */
export function showTime(at, form)
{
	return new Intl.DateTimeFormat(locale, TIMES[form]).format(at);
}
