import { isOnlyBegun, Orders, taskOf } from '../../../nodes/FluxImage/accounts/orders';

const row = (requestId: string) => ({ requestId, modelId: 'm', request: 'r', atMs: 0 });

describe('The orders of a process', () => {
	it('are kept for the last ten thousand names', () => {
		const orders = new Orders();
		for (let number = 0; number < 10_001; number++) orders.rows.set(`${number}`, row('task'));
		expect(orders.rows.get('0')).toBeUndefined();
		expect(orders.rows.get('1')).toEqual(row('task'));
		orders.rows.set('1', row('again'));
		orders.rows.set('new', row('task'));
		expect(orders.rows.get('1')).toEqual(row('again'));
		expect(orders.rows.get('2')).toBeUndefined();
	});

	it('are in flight until their create has ended, well or badly', async () => {
		const orders = new Orders();
		let land: (value: number) => void = () => undefined;
		const flight = orders.fly(
			'a',
			async () => await new Promise<number>((resolve) => (land = resolve)),
		);
		expect(await Promise.race([orders.inFlight('a'), 'still'])).toBe('still');
		land(7);
		expect(await flight).toBe(7);
		expect(orders.inFlight('a')).toBeUndefined();
		await expect(orders.fly('a', () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
		expect(orders.inFlight('a')).toBeUndefined();
	});

	it('are awaited as long as one item waits, whose own execution may count or not', async () => {
		const orders = new Orders();
		const [one, other] = [{}, {}];
		const isAwaited = () => [undefined, one, other].map((but) => orders.isAwaited('task', but));
		const ends: Array<() => void> = [];
		const wait = (execution: object) => {
			const end = new Promise<void>((resolve) => ends.push(resolve));
			return orders.whileWaiting('task', execution, async () => await end);
		};
		expect(isAwaited()).toEqual([false, false, false]);
		const waits = [wait(one), wait(one), wait(other)];
		expect(isAwaited()).toEqual([true, true, true]);
		ends[0]!();
		await waits[0];
		ends[2]!();
		await waits[2];
		expect(isAwaited()).toEqual([true, false, true]);
		expect(orders.isAwaited('another')).toBe(false);
		ends[1]!();
		await waits[1];
		expect(isAwaited()).toEqual([false, false, false]);
	});

	it('are awaited no more where the wait goes wrong', async () => {
		const orders = new Orders();
		const wait = orders.whileWaiting('task', {}, () => Promise.reject(new Error('gone')));
		await expect(wait).rejects.toThrow('gone');
		expect(orders.isAwaited('task')).toBe(false);
	});

	it('mark what was said once', () => {
		const orders = new Orders();
		expect([orders.markOnce('a'), orders.markOnce('a'), orders.markOnce('b')]).toEqual([
			false,
			true,
			false,
		]);
	});

	it('are waited for while something of theirs is undone', async () => {
		const orders = new Orders();
		let done: () => void = () => undefined;
		orders.undo('a', new Promise<void>((resolve) => (done = resolve)));
		const undoing = orders.undoingOf('a');
		expect(orders.undoingOf('b')).toBeUndefined();
		expect(await Promise.race([undoing, 'still'])).toBe('still');
		done();
		await undoing;
		expect(orders.undoingOf('a')).toBeUndefined();
	});

	it('mark the first ten thousand of what is said once, and say the others each time', () => {
		const orders = new Orders();
		for (let mark = 0; mark < 10_000; mark++) expect(orders.markOnce(`${mark}`)).toBe(false);
		expect(orders.markOnce('9999')).toBe(true);
		expect([orders.markOnce('more'), orders.markOnce('more')]).toEqual([false, false]);
	});
});

describe('The row of an order', () => {
	const pictures = ['https://pictures.test/1.png', 'https://pictures.test/2.png'];

	it('is only begun where it has neither an ID nor pictures', () => {
		expect(isOnlyBegun(row(''))).toBe(true);
		expect(isOnlyBegun(row('task'))).toBe(false);
		expect(isOnlyBegun({ ...row(''), pictures })).toBe(false);
		expect(isOnlyBegun({ ...row('task'), pictures })).toBe(false);
	});

	it('has the task by its ID, and nothing of how it stands', () => {
		expect(taskOf(row('task'))).toEqual({ requestId: 'task', modelId: 'm' });
	});

	it('has a task without an ID as finished, with the pictures that came', () => {
		expect(taskOf({ ...row(''), pictures })).toEqual({
			...{ requestId: '', modelId: 'm', status: 'completed', raw: null },
			images: pictures.map((url) => ({ url })),
		});
	});
});
