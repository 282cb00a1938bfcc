import type { JsonObject } from 'n8n-workflow';

import type { Outcome } from '../../../nodes/FluxImage/core/problem';
import { SharedByItem } from '../../../nodes/FluxImage/operations/imageRequest';
import type { OrderKey } from '../../../nodes/FluxImage/tasks/order';

const keys = [0, 1, 2].map(
	(number): OrderKey => ({ runIndex: 0, itemIndex: 0, number, origin: 0, payload: 0 }),
);
const [first, second, third] = keys as [OrderKey, OrderKey, OrderKey];

/** What three orders share, and how often their images were embedded. */
function shared(outcomes: ReadonlyArray<Outcome<JsonObject> | Error> = []) {
	const left: OrderKey[] = [];
	const item = new SharedByItem(
		{ take: ({ key }) => key === first, leave: (key) => void left.push(key) },
		keys,
	);
	let times = 0;
	const embed = async (): Promise<Outcome<JsonObject>> => {
		const outcome = outcomes[times] ?? { value: { input_image: `picture ${times}` } };
		times++;
		await Promise.resolve();
		if (outcome instanceof Error) throw outcome;
		return outcome;
	};
	return {
		item,
		left,
		embedded: async (key: OrderKey) => await item.embedded(key, embed),
		times: () => times,
	};
}

const PICTURE = { value: { input_image: 'picture 0' } };
const GONE = { problem: { kind: 'inputImageUnavailable' } } as const;

describe('What the orders of one item share', () => {
	it('are the images, embedded once for those that ask together or later', async () => {
		const { embedded, times } = shared();
		expect(await Promise.all([embedded(first), embedded(second)])).toEqual([PICTURE, PICTURE]);
		expect(await embedded(third)).toEqual(PICTURE);
		// A create that is sent again asks again.
		expect(await embedded(first)).toEqual(PICTURE);
		expect(times()).toBe(1);
	});

	it('is a failure of those that ask together, and tried anew by whoever asks later', async () => {
		const { embedded, times } = shared([GONE]);
		expect(await Promise.all([embedded(first), embedded(second)])).toEqual([GONE, GONE]);
		expect(await embedded(third)).toEqual({ value: { input_image: 'picture 1' } });
		expect(times()).toBe(2);
	});

	it('is tried anew also where it has thrown', async () => {
		const { embedded } = shared([new Error('gone')]);
		await expect(embedded(first)).rejects.toThrow('gone');
		expect(await embedded(second)).toEqual({ value: { input_image: 'picture 1' } });
	});

	it('is let go with the last, so that one which is made anew embeds for itself', async () => {
		const { item, embedded, times } = shared();
		await embedded(first);
		keys.forEach((key) => item.leave(key));
		expect(await embedded(first)).toEqual({ value: { input_image: 'picture 1' } });
		expect(await embedded(first)).toEqual({ value: { input_image: 'picture 2' } });
		expect(times()).toBe(3);
	});

	it('are their places', () => {
		const { item, left } = shared();
		expect(item.take({ key: first, tasks: 1 })).toBe(true);
		expect(item.take({ key: second, tasks: 1 })).toBe(false);
		item.leave(second);
		expect(left).toEqual([second]);
	});
});
