const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const INTERRUPTED_EXIT_CODE = 130;

/**
 * From now on a signal that asks this process to stop ends it by `process.exit`, so that what was
 * started is ended too (without a handler Node dies on the spot, and n8n would live on).
 *
 * @returns sets what is done instead
 */
export function catchSignals(): (action: () => void) => void {
	let current = (): void => process.exit(INTERRUPTED_EXIT_CODE);
	for (const signal of SIGNALS) process.on(signal, () => current());
	return (action) => {
		current = action;
	};
}
