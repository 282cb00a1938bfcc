import type { ModelOffer } from './model';
import { ParameterError } from './parameterError';
import { n, seed } from './parameters';
import type { ReadParameters } from './validation';

/** Whether the node makes a task for each image, since one task of the gateway makes one. */
export const makesTaskForEach = ({ parameters }: ModelOffer): boolean =>
	parameters.some(({ name, wirePath }) => name === n.name && wirePath === undefined);

/**
 * What each of an item's tasks asks for, by number: all the same, but for the seed, which rises by one
 * from image to image. One alone where the task of the gateway holds all images.
 *
 * @param read of the item's fields
 * @throws ParameterError where the last image would have a seed that the model does not take
 */
export function perTask(
	{ parameters: rows }: ModelOffer,
	{ parameters, switches }: ReadParameters,
): readonly ReadParameters[] {
	const { [n.name]: given = 1, ...others } = switches;
	const count = Number(given);
	const first = parameters[seed.name];
	if (typeof first !== 'number') {
		return Array.from({ length: count }, () => ({ parameters, switches: others }));
	}
	const { maximum = Number.MAX_SAFE_INTEGER } = rows.find(({ name }) => name === seed.name) ?? {};
	const most = maximum - (count - 1);
	if (first > most) {
		const expected = `at most ${most}, since each of the ${count} images has the seed after the one before`;
		throw new ParameterError(seed.label, expected, first, undefined, { nearest: [most] });
	}
	return Array.from({ length: count }, (_, number) => ({
		parameters: { ...parameters, [seed.name]: first + number },
		switches: others,
	}));
}
