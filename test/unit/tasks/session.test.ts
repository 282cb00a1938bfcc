import { obtainTask } from '../../../nodes/FluxImage/tasks/lifecycle';
import { readStatus } from '../../../nodes/FluxImage/tasks/watch';
import type { Fault } from './fakeQueue';
import { Workbench } from './workbench';

/** Reads a task through one fault, and says what the pacer was told. */
async function pacerAfter(fault: Fault) {
	const bench = new Workbench();
	const room = bench.room();
	const task = await bench.clock.run(obtainTask(room, bench.order()));
	const told: string[] = [];
	const pacer = {
		turn: async () => true,
		accepted: () => void told.push('accepted'),
		refused: (waitMs?: number) => void told.push(`refused ${waitMs}`),
	};
	bench.queue.faults.status.push(fault);
	await bench.clock.run(readStatus({ ...room.session, pacer }, task, bench.watch()));
	return told;
}

describe('the pacer', () => {
	it.each([
		['with Retry-After', { 'retry-after': '3' }, 'refused 3000'],
		['without it', {}, 'refused undefined'],
	])('is told of a 429 %s', async (_name, headers, told) => {
		expect(await pacerAfter({ reply: { statusCode: 429, headers } })).toEqual([told, 'accepted']);
	});

	it('is told of a fault of the gateway as of a call that was taken', async () => {
		expect(await pacerAfter({ reply: { statusCode: 500 } })).toEqual(['accepted', 'accepted']);
	});

	it('is told nothing of a call that did not come through', async () => {
		expect(await pacerAfter({ network: 'interrupted' })).toEqual(['accepted']);
	});
});
