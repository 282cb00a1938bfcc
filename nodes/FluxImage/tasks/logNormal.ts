/** How long a job takes: its natural logarithm (of milliseconds) is taken to be normal. */
export interface LengthEstimate {
	readonly lnMean: number;
	/** Standard deviation of ln(length). */
	readonly lnSpread: number;
}

/** Coefficients of Abramowitz and Stegun's 26.2.17, highest power first. */
const SERIES = [1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.31938153];

/**
 * Mills' ratio of the standard normal distribution, (1 - Phi(z)) / phi(z): for z from 0 on the
 * polynomial of 26.2.17, within 1 % up to z = 10, where the poll schedule's floor has long taken over.
 */
export function millsRatio(z: number): number {
	const t = 1 / (1 + 0.2316419 * Math.abs(z));
	const ratio = SERIES.reduce((sum, coefficient) => (sum + coefficient) * t, 0);
	if (z >= 0) return ratio;
	const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
	return 1 / density - ratio;
}
