import { millsRatio, type LengthEstimate } from './logNormal';

/** As many finished tasks of a model as it takes for an estimate; before, polls are timed blind. */
export const SAMPLES_FOR_ESTIMATE = 5;

/**
 * For how many samples the prior spread counts. It keeps five jobs that happen to agree from being
 * taken for certainty: at 10 the product of lag and polls over jobs 6 to 50 is 1 % larger where the
 * spread is what is believed, at 60 it is 8 % larger where it is a third of that.
 */
const PRIOR_WEIGHT = 40;

/** Rounds of the estimate with running jobs at each question; the next question goes on from there. */
const ROUNDS = 2;

/** Logarithms of like quantities: count, mean and spread, without keeping them. */
export class LnSamples {
	count = 0;
	lnMean = 0;
	private squares = 0;
	private latest: LengthEstimate | undefined;

	constructor(private readonly priorSpread: number) {}

	add(value: number): void {
		const ln = Math.log(value);
		const distance = ln - this.lnMean;
		this.count++;
		this.lnMean += distance / this.count;
		this.squares += distance * (ln - this.lnMean);
	}

	/**
	 * What the next one will be: the sample's spread shrunk to the prior, and widened by the doubt
	 * about the mean. Of many jobs begun together the shortest end first, so those that still run count
	 * too, as what they are expected to come to: `mean + spread / M(z)` for one that has outlasted z
	 * (the EM algorithm for censored samples).
	 *
	 * @param running logarithms of how long others have been seen to run
	 */
	predict(running: readonly number[] = []): LengthEstimate | undefined {
		if (this.count < SAMPLES_FOR_ESTIMATE) return undefined;
		let { lnMean, lnSpread } = this.latest ?? this.combine(this.lnMean, 0, 0, 0);
		for (let round = 0; round < ROUNDS; round++) {
			let sum = 0;
			let squares = 0;
			for (const ln of running) {
				const z = (ln - lnMean) / lnSpread;
				const ratio = millsRatio(z);
				sum += lnMean + lnSpread / ratio;
				squares += lnSpread ** 2 * (1 + z / ratio);
			}
			({ lnMean, lnSpread } = this.combine(lnMean, running.length, sum, squares));
		}
		this.latest = { lnMean, lnSpread };
		return { lnMean, lnSpread: lnSpread * Math.sqrt(1 + 1 / this.count) };
	}

	/** Mean and spread of the sample, the prior, and `count` others of that sum and squares. */
	private combine(about: number, count: number, sum: number, squares: number): LengthEstimate {
		const ofSample = this.squares + this.count * (this.lnMean - about) ** 2;
		const ofPrior = PRIOR_WEIGHT * this.priorSpread ** 2;
		const degrees = this.count + count - 1 + PRIOR_WEIGHT;
		return {
			lnMean: (this.count * this.lnMean + sum) / (this.count + count),
			lnSpread: Math.sqrt((ofSample + squares + ofPrior) / degrees),
		};
	}
}
