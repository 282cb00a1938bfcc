/** The middle of the values; NaN where there is none. */
export function median(values: readonly number[]): number {
	const sorted = [...values].sort((one, other) => one - other);
	const half = Math.floor(sorted.length / 2);
	const [low, high] = sorted.length % 2 ? [half, half] : [half - 1, half];
	return ((sorted[low] ?? NaN) + (sorted[high] ?? NaN)) / 2;
}

export function mean(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The median, and from the least to the most in brackets: `5.9 (5.8 to 6.3)`. */
export function withSpread(values: readonly number[], digits = 1): string {
	const middle = median(values).toFixed(digits);
	if (values.length < 2) return middle;
	const [least, most] = [Math.min(...values), Math.max(...values)];
	return `${middle} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;
}

/** A share as percent: `7.6 %`. */
export function percent(share: number, digits = 1): string {
	return `${(100 * share).toFixed(digits)} %`;
}
