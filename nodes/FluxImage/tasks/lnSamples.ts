import { millsRatio, type LengthEstimate } from './logNormal';

/** As many finished tasks of a model as it takes for an estimate; before, polls are timed blind. */
export const SAMPLES_FOR_ESTIMATE = 5;

/**
 * For how many samples the prior spread counts: it keeps five jobs that happen to agree from being
 * taken for certainty. It is trusted while the sample's spread could come of it by chance, and doubted
 * where that lies further off than two standard deviations of the logarithm of a sample's variance.
 */
const PRIOR_WEIGHT = { trusted: 40, doubted: 5 } as const;
const CHANCE = 2;

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
		const ofPrior = this.priorWeight * this.priorSpread ** 2;
		const degrees = this.count + count - 1 + this.priorWeight;
		return {
			lnMean: (this.count * this.lnMean + sum) / (this.count + count),
			lnSpread: Math.sqrt((ofSample + squares + ofPrior) / degrees),
		};
	}

	private get priorWeight(): number {
		const degrees = this.count - 1;
		const ratio = this.squares / degrees / this.priorSpread ** 2;
		const isChance = Math.abs(Math.log(ratio)) < CHANCE * Math.sqrt(2 / degrees);
		return isChance ? PRIOR_WEIGHT.trusted : PRIOR_WEIGHT.doubted;
	}
}
