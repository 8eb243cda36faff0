/*
 * dom.js - making elements.
 *
 * Texts become text nodes and nothing else: no markup is ever made of data.
 */

/* The element with an id. */
export function $(id)
{
	return document.getElementById(id);
}

/*
 * An element with attributes (false and null leave one out, a function listens to
 * an event) and children, texts or nodes.
 */
export function make(tag, attributes = {}, ...children)
{
	const element = document.createElement(tag);

	for (const [name, value] of Object.entries(attributes))
	{
		if (typeof value === "function")
			element.addEventListener(name, value);
		else if (value !== false && value !== null && value !== undefined)
			element.setAttribute(name, value);
	}
	element.append(...children);
	return element;
}
