const TERMINAL_INTERVAL_MS = 1_000;
const LOG_INTERVAL_MS = 20_000;

/**
 * Runs a long `step` and tells meanwhile how far it is: one line rewritten in a terminal, a line
 * every 20 seconds in a log.
 *
 * @param label what is being done, as the line begins
 * @param measure how far it is, in words (`1,200 of 2,300 packages`); seconds are added to it
 */
export async function withProgress<Result>(
	label: string,
	measure: () => string,
	step: () => Promise<Result>,
): Promise<Result> {
	const startMs = Date.now();
	const terminal = process.stdout.isTTY;
	const line = (state: string) => `${label}: ${state}, ${seconds(Date.now() - startMs)}`;
	const tell = () =>
		process.stdout.write(terminal ? `\r\u001b[K  ${line(measure())}` : `  ${line(measure())}\n`);
	if (!terminal) console.log(`  ${label} ...`);
	const timer = setInterval(tell, terminal ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS);
	try {
		const result = await step();
		console.log(`${terminal ? '\r\u001b[K' : ''}  ${line('done')}`);
		return result;
	} catch (error) {
		if (terminal) process.stdout.write('\n');
		throw error;
	} finally {
		clearInterval(timer);
	}
}

function seconds(durationMs: number): string {
	return `${Math.round(durationMs / 1_000)} s`;
}
