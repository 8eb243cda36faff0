/*
 * loader.js - loads, tries again while the service is away, refreshes.
 */

export class Loader
{
	#load;
	#events;
	#controller = null;
	#timer = 0;
	#tries = 0;

	/*
	 * load(signal) gives a promise.  events: busy(whether), loaded(answer),
	 * waiting(problem, seconds) before another try, failed(problem) for good.
	 */
	constructor(load, events)
	{
		this.#load = load;
		this.#events = events;
	}

	/* Drops what is under way or planned. */
	stop()
	{
		clearTimeout(this.#timer);
		this.#controller?.abort();
		this.#controller = null;
	}

	/* Loads after some seconds, unless something else comes before. */
	runIn(seconds)
	{
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.run(), seconds * 1000);
	}

	/* Loads now, in place of what is under way. */
	async run()
	{
		this.stop();
		const controller = new AbortController();

		this.#controller = controller;
		this.#events.busy(true);
		try
		{
			const answer = await this.#load(controller.signal);

			if (controller.signal.aborted)
				return;
			this.#tries = 0;
			this.#events.loaded(answer);
		}
		catch (problem)
		{
			if (!controller.signal.aborted)
				this.#fail(problem);
		}
		if (this.#controller === controller)
			this.#events.busy(false);
	}

	/* Plans another try for what passes by itself; gives all else up. */
	#fail(problem)
	{
		this.#controller?.abort();
		if (!problem.passes)
		{
			this.#events.failed(problem);
			return;
		}
		const seconds = problem.pause(this.#tries++);

		this.#events.waiting(problem, seconds);
		this.runIn(seconds);
	}
}
