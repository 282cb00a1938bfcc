import { call } from '../../../nodes/FluxImage/client/gatewayClient';
import { obtainTask } from '../../../nodes/FluxImage/tasks/lifecycle';
import { readStatus } from '../../../nodes/FluxImage/tasks/poll';
import type { Fault } from '../tasks/fakeQueue';
import { Workbench } from '../tasks/workbench';

describe('a call', () => {
	it('that carries a file has longer: 30 s, and the time of its bytes at 2 Mbit/s', async () => {
		const bench = new Workbench();
		const file = {
			fieldName: 'file',
			fileName: 'a.png',
			contentType: 'image/png',
			bytes: Buffer.alloc(10 ** 7),
		};
		const request = { method: 'POST', path: '/uploads', file } as const;
		bench.queue.faults.create.push({ hang: true });
		const startedMs = bench.clock.nowMs();
		const work = call(bench.room().session, request, (reply) => ({ value: reply }), {});
		expect(await bench.clock.run(work)).toEqual({ problem: { kind: 'requestTimedOut' } });
		expect(bench.clock.nowMs() - startedMs).toBe(30_000 + 40_000);
	});
});

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
