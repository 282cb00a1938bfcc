import { RecentMap } from '../../../nodes/FluxImage/accounts/recentMap';

describe('A map of recent entries', () => {
	it('holds as many as it may, and forgets what was set longest ago', () => {
		const map = new RecentMap<number>(2);
		for (const name of ['a', 'b', 'c']) map.set(name, 1);
		expect([...map.keys()]).toEqual(['b', 'c']);
	});

	it('keeps what is set again, with its new value', () => {
		const map = new RecentMap<number>(2);
		map.set('a', 1).set('b', 1).set('a', 2).set('c', 1);
		expect([...map]).toEqual([
			['a', 2],
			['c', 1],
		]);
	});
});
