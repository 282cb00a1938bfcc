import { millsRatio, type LengthEstimate } from './logNormal';

/** As many finished tasks of a model as it takes for an estimate; before, polls are timed blind. */
export const SAMPLES_FOR_ESTIMATE = 5;

/**
 * For how many samples the prior spread counts, where it holds and where it does not: it keeps five
 * jobs that happen to agree from being taken for certainty, and gives way where jobs are unlike it.
 * Found by trial on the poll schedule's sums: more where it holds gains there and loses elsewhere.
 */
const PRIOR_WEIGHT = { held: 80, notHeld: 2 } as const;

/** The odds, before any sample, that the prior spread holds. By trial, as above. */
const PRIOR_ODDS = 2;

/** Where it does not hold: the variance of ln(true variance / prior variance), a factor of e or so. */
const PRIOR_ERROR = 1;

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

	/**
	 * For how many samples the prior spread counts now. ln(sample variance) lies around ln(true
	 * variance) with a variance of 2 / degrees of freedom; where the prior does not hold, `PRIOR_ERROR`
	 * comes on top. By Bayes' rule the densities of the two weigh the one case against the other.
	 */
	private get priorWeight(): number {
		const degrees = this.count - 1;
		const distance = Math.log(this.squares / degrees / this.priorSpread ** 2);
		const byChance = 2 / degrees;
		const byError = byChance + PRIOR_ERROR;
		const densityRatio =
			Math.sqrt(byError / byChance) * Math.exp((distance ** 2 / 2) * (1 / byError - 1 / byChance));
		const odds = PRIOR_ODDS * densityRatio;
		const { held, notHeld } = PRIOR_WEIGHT;
		return notHeld + (held - notHeld) * (odds / (1 + odds));
	}
}
