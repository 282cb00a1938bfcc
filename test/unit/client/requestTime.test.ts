import { SimulatedClock } from '../../../tooling/simulatedClock';
import { stubbedDoor, type Request } from './stubbedDoor';

const STATUS = { method: 'GET', path: '/v1/status' } as const;

/** A reply after so long, unless the request is cut before. */
const replyAfter =
	(clock: SimulatedClock, milliseconds: number): Request =>
	async ({ abortSignal }) => {
		await clock.sleep(milliseconds, abortSignal as AbortSignal);
		if (abortSignal?.aborted) throw new Error('aborted');
		return { statusCode: 200, headers: {}, body: {} };
	};

describe('The time of a request', () => {
	const send = async (replyMs: number) => {
		const clock = new SimulatedClock(0);
		const http = stubbedDoor(clock, replyAfter(clock, replyMs));
		const outcome = await clock.run(http.send(STATUS, { timeoutMs: 1_000 }));
		return { outcome, tookMs: clock.nowMs(), sleeping: clock.sleeping };
	};

	it('lets a reply in that comes with the end of it', async () => {
		const { outcome, sleeping } = await send(1_010);
		expect(outcome.value?.statusCode).toBe(200);
		expect(sleeping).toBe(0);
	});

	it('cuts what has not come by then', async () => {
		expect(await send(1_030)).toMatchObject({
			outcome: { problem: { kind: 'requestTimedOut' } },
			tookMs: 1_020,
			sleeping: 0,
		});
	});

	it.each([
		['one that came later and has less time', [2_000, 1_000]],
		['one that came earlier and has less time', [1_000, 2_000]],
		['two that end together', [1_000, 1_000]],
	])('is kept for each of several: %s', async (_which, times) => {
		const clock = new SimulatedClock(0);
		const http = stubbedDoor(clock, replyAfter(clock, 60_000));
		const cutAt = async (timeoutMs: number) => {
			const { problem } = await http.send(STATUS, { timeoutMs });
			return [problem?.kind, clock.nowMs()];
		};
		const cuts = await clock.run(Promise.all(times.map(cutAt)));
		expect(cuts).toEqual(times.map((timeoutMs) => ['requestTimedOut', timeoutMs + 20]));
		expect(clock.sleeping).toBe(0);
	});

	it('is not put off by that of others, however many end one after the other', async () => {
		const clock = new SimulatedClock(0);
		const http = stubbedDoor(clock, replyAfter(clock, 60_000));
		const times = Array.from({ length: 100 }, (_, index) => 1_000 + index);
		const lateMs = async (timeoutMs: number) => {
			await http.send(STATUS, { timeoutMs });
			return clock.nowMs() - timeoutMs;
		};
		const late = await clock.run(Promise.all(times.map(lateMs)));
		expect(Math.min(...late)).toBe(20);
		expect(Math.max(...late)).toBeLessThanOrEqual(40);
	});

	it('is kept for one that goes on when another is answered', async () => {
		const clock = new SimulatedClock(0);
		const replies = [100, 60_000];
		const http = stubbedDoor(clock, async (options) => {
			return await replyAfter(clock, replies.shift()!)(options);
		});
		const [quick, slow] = await clock.run(
			Promise.all([
				http.send(STATUS, { timeoutMs: 1_000 }),
				http.send(STATUS, { timeoutMs: 2_000 }),
			]),
		);
		expect(quick.value?.statusCode).toBe(200);
		expect(slow.problem?.reason).toBe('no whole answer came within 2 s');
		expect(clock.nowMs()).toBe(2_020);
	});

	it('begins anew after a request that was cut', async () => {
		const clock = new SimulatedClock(0);
		const http = stubbedDoor(clock, replyAfter(clock, 60_000));
		for (const endMs of [1_020, 2_040]) {
			const { problem } = await clock.run(http.send(STATUS, { timeoutMs: 1_000 }));
			expect([problem?.kind, clock.nowMs()]).toEqual(['requestTimedOut', endMs]);
		}
	});

	it('leaves no timer behind a request that is answered', async () => {
		const clock = new SimulatedClock(0);
		const http = stubbedDoor(clock, replyAfter(clock, 5));
		await clock.run(http.send(STATUS, { timeoutMs: 1_000 }));
		expect([clock.nowMs(), clock.sleeping]).toEqual([5, 0]);
	});

	it.each(['send', 'download'] as const)("is over before n8n's own timer, in %s", async (door) => {
		const clock = new SimulatedClock(0);
		const timeouts: unknown[] = [];
		const http = stubbedDoor(clock, async ({ timeout }) => {
			timeouts.push(timeout);
			return { statusCode: 200, headers: {}, body: {} };
		});
		const limits = { timeoutMs: 1_000 };
		if (door === 'send') await clock.run(http.send(STATUS, limits));
		else await clock.run(http.download('https://p.test', limits, async () => ({ value: 1 })));
		expect(timeouts).toEqual([11_000]);
	});
});
