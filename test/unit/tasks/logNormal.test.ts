import { millsRatio } from '../../../nodes/FluxImage/tasks/logNormal';

describe("Mills' ratio", () => {
	it.each([
		[-3, 225.33],
		[-1, 3.477],
		[0, 1.25331],
		[1, 0.65568],
		[3, 0.30459],
		[5.9, 0.16505],
		[10, 0.1],
	])('at %p is %p', (z, expected) => {
		expect(Math.abs(millsRatio(z) / expected - 1)).toBeLessThan(0.01);
	});
});
