import { findOffer, models } from '../../../nodes/FluxImage/models';
import { makesTaskForEach, perTask } from '../../../nodes/FluxImage/models/numberOfImages';
import { seed } from '../../../nodes/FluxImage/models/parameters';
import { readParameters } from '../../../nodes/FluxImage/models/validation';

const offers = models.flatMap((model) => model.offers);
const kontext = findOffer('seaArtCloud', 'flux_kontext_max')!;
const kontextAtToApis = findOffer('toApis', 'flux-kontext-max')!;

/** What the tasks of an item send whose fields are these. */
const sent = (offer: typeof kontext, fields: object) =>
	perTask(offer, readParameters(offer, { prompt: 'An apple', ...fields })).map(
		({ parameters }) => parameters,
	);

describe('The number of images', () => {
	it.each(offers.map((offer) => [offer.gateways.join(', '), offer.id, offer] as const))(
		'is asked of every model: %s, %s',
		(_gateways, _id, offer) => {
			const row = offer.parameters.find(({ name }) => name === 'n');
			expect(row).toMatchObject({ placement: 'main', minimum: 1, maximum: 10, initialValue: 1 });
			expect(makesTaskForEach(offer)).toBe(!offer.gateways.includes('toApis'));
		},
	);

	it.each(offers.filter(makesTaskForEach).map((offer) => [offer.id, offer] as const))(
		'finds the seed of %s where its tasks have it',
		(_id, offer) => {
			const row = offer.parameters.find(({ name }) => name === seed.name);
			expect(row?.wirePath).toBe(seed.name);
		},
	);

	it('is one task where it is one, and nothing of it is sent or told', () => {
		const read = readParameters(kontext, { prompt: 'An apple', n: 1 });
		expect(read).toEqual(readParameters(kontext, { prompt: 'An apple' }));
		expect(perTask(kontext, read)).toEqual([read]);
	});

	it('is so many tasks, whose seeds follow one another', () => {
		expect(sent(kontext, { n: 3, seed: -1 })).toEqual(
			[-1, 0, 1].map((value) => ({ prompt: 'An apple', seed: value })),
		);
		expect(sent(kontext, { n: 2 })).toEqual([{ prompt: 'An apple' }, { prompt: 'An apple' }]);
	});

	it('leaves the other switches to each task', () => {
		const offer = findOffer('vtrix', 'flux_kontext_max')!;
		const read = readParameters(offer, { prompt: 'An apple', n: 2, flatRequest: true });
		expect(perTask(offer, read).map(({ switches }) => switches)).toEqual([
			{ flatRequest: true },
			{ flatRequest: true },
		]);
	});

	it('is one task that holds all at ToAPIs', () => {
		expect(sent(kontextAtToApis, { n: 3 })).toEqual([{ prompt: 'An apple', n: 3 }]);
	});

	it('is held to the largest seed of the model', () => {
		const parameters = kontext.parameters.map((row) =>
			row.name === seed.name ? { ...row, maximum: 9 } : row,
		);
		const offer = { ...kontext, parameters };
		expect(sent(offer, { n: 3, seed: 7 })).toHaveLength(3);
		expect(() => sent(offer, { n: 3, seed: 8 })).toThrow(
			'Seed must be at most 7, since each of the 3 images has the seed after the one before, but is 8',
		);
	});
});
