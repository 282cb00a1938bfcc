import { Orders } from '../../../nodes/FluxImage/accounts/orders';

const row = (requestId: string) => ({ requestId, modelId: 'm', request: 'r', atMs: 0 });

describe('The orders of a process', () => {
	it('are kept for the last ten thousand names', () => {
		const orders = new Orders();
		for (let number = 0; number < 10_001; number++) orders.set(`${number}`, row('task'));
		expect(orders.get('0')).toBeUndefined();
		expect(orders.get('1')).toEqual(row('task'));
		orders.set('1', row('again'));
		orders.set('new', row('task'));
		expect(orders.get('1')).toEqual(row('again'));
		expect(orders.get('2')).toBeUndefined();
	});

	it('are told by the beginning of their names', () => {
		const orders = new Orders();
		for (const name of ['key/a/1', 'key/a/2', 'key/b/1']) orders.set(name, row(name));
		expect([...orders.beginningWith('key/a/')].map(([name]) => name)).toEqual([
			'key/a/1',
			'key/a/2',
		]);
		orders.delete('key/a/1');
		expect([...orders.beginningWith('key/a/')]).toHaveLength(1);
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

	it('count who waits for a task', () => {
		const orders = new Orders();
		orders.join('task');
		orders.join('task');
		orders.leave('task');
		expect(orders.waitersOf('task')).toBe(1);
		orders.leave('task');
		orders.leave('task');
		expect(orders.waitersOf('task')).toBe(0);
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
