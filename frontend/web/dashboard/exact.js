/*
 * exact.js - decimals stay the digits that were sent.
 *
 * JavaScript's numbers are floats, which lose the cents of large sums.  So every
 * number of an answer is kept as text; only the charts turn it into a float.
 */

/* A string, to be stepped over, or a number. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

/* The decimals that comparing allows for; the API's quantities have at most six. */
const SCALE = 8;

/* Reads JSON with each number as the text of its digits. */
export function parseExact(text)
{
	return JSON.parse(text.replace(TOKEN, (token) => (token[0] === '"' ? token : `"${token}"`)));
}

/* A decimal as a whole number of its smallest unit. */
function scaled(decimal)
{
	const [whole, fraction = ""] = decimal.split(".");

	return BigInt(whole + fraction.padEnd(SCALE, "0"));
}

/* Orders two decimals as sort() wants it. */
export function compareExact(left, right)
{
	const difference = scaled(left) - scaled(right);

	return difference < 0n ? -1 : Number(difference > 0n);
}

/* A decimal as people read it: thousands apart, all of its digits. */
export function groupDigits(decimal, separators)
{
	const [whole, fraction] = decimal.split(".");
	const grouped = whole.replace(/\B(?=(\d{3})+$)/g, separators.group);

	return fraction === undefined ? grouped : grouped + separators.decimal + fraction;
}
