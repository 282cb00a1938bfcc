import fc from 'fast-check';

import { Beliefs } from '../../../nodes/FluxImage/accounts/beliefs';
import type { CallKind, Turn } from '../../../nodes/FluxImage/client/limiter';
import { account } from './account';

/** An account whose gateway takes nothing until a rest of reads is over. */
async function resting(restMs = 5_000) {
	const it = account();
	await it.refuse(3, { meaning: 'calls', retryAfterMs: restMs }, { kind: 'poll' });
	return it;
}

const seconds = (count: number) => count * 1_000;

const kindsOf = (went: ReadonlyArray<{ kind: CallKind }>) => went.map(({ kind }) => kind);

describe('Turns', () => {
	it('come at once where nothing was refused', async () => {
		const { now, clock } = account();
		for (let call = 0; call < 20; call++) (await now()).accepted();
		expect(clock.nowMs()).toBe(0);
	});

	it('begin slowly where hundreds of calls come at once', async () => {
		const { clock, ask, went } = account();
		const calls = Array.from({ length: 200 }, async () => {
			const turn = await ask();
			await clock.sleep(60);
			turn?.accepted();
		});
		await clock.run(Promise.all(calls));
		expect(went.filter(({ atMs }) => atMs < 60).length).toBeLessThan(25);
		expect(went.at(-1)?.atMs).toBeLessThan(500);
	});

	it('are for results first, then for polls and creates in turn', async () => {
		const { clock, ask, went } = await resting();
		const before = went.length;
		const kinds: CallKind[] = ['create', 'create', 'poll', 'poll', 'result'];
		const calls = kinds.map(async (kind) => {
			const turn = await ask({ kind });
			turn?.accepted();
			turn?.end();
		});
		await clock.run(Promise.all(calls));
		expect(kindsOf(went.slice(before))).toEqual(['result', 'poll', 'create', 'poll', 'create']);
	});

	it('go round by execution, so that a batch does not stand before one picture (F8)', async () => {
		const { clock, ask, went } = await resting();
		const webhook = {};
		const batch = Array.from({ length: 200 }, async () => {
			(await ask({ kind: 'poll' }))?.accepted();
		});
		const one = (async () => (await ask({ execution: webhook }))?.accepted())();
		await clock.run(Promise.all([...batch, one]));
		const place = went.findIndex(({ execution }) => execution === webhook);
		expect(place - 3).toBeLessThan(2);
	});

	it('are for cancels at once, ten of them together (F8)', async () => {
		const { clock, ask, went } = await resting();
		const before = went.length;
		const cancels = Array.from({ length: 15 }, async () => {
			const turn = await ask({ kind: 'cancel' });
			await clock.sleep(100);
			turn?.end();
		});
		await clock.run(Promise.all(cancels));
		const atMs = went.slice(before).map((one) => one.atMs);
		expect(atMs.filter((ms) => ms === 0)).toHaveLength(10);
		expect(atMs.at(-1)).toBe(100);
	});

	it('of hundreds who wait are looked for by one a second, not by each for all', async () => {
		const { clock, ask } = await resting(60_000);
		const looks = jest.spyOn(Beliefs.prototype, 'waitMs');
		const waiting = Array.from({ length: 100 }, async () => {
			return await ask({ kind: 'poll', execution: {} });
		});
		looks.mockClear();
		await clock.pass(20_000);
		expect(looks.mock.calls.length).toBeLessThan(100 * 60);
		looks.mockRestore();
		expect(await Promise.race([...waiting, 'waits'])).toBe('waits');
	});

	it('are passed on by who is stopped, at once (F7)', async () => {
		const { clock, ask, limits } = await resting();
		const stop = new AbortController();
		const stopped = ask({ kind: 'result', signal: stop.signal });
		const other = ask({ kind: 'poll' });
		await clock.pass(100);
		stop.abort();
		expect(await clock.run(stopped)).toBeDefined();
		expect(clock.nowMs()).toBe(100);
		(await clock.run(other))?.end();
		expect(clock.nowMs()).toBeLessThan(6_000);
		expect(limits.isLive).toBe(false);
	});

	it('are given at once after a stop, and count for nothing', async () => {
		const { now, limits } = account();
		const stopped = AbortSignal.abort();
		(await now({ signal: stopped })).accepted();
		expect(limits.isLive).toBe(false);
	});

	it('of creates leave the paid tasks the calls that they need (A4)', async () => {
		const { clock, ask, refuse, running } = account();
		await running(10);
		await refuse(2, { meaning: 'calls' }, { kind: 'poll' });
		const create = ask({ itemDeadlineMs: 2_000, untilMs: 2_000 });
		expect(await clock.run(create)).toBeUndefined();
		expect(await clock.run(ask({ kind: 'poll' }))).toBeDefined();
	});

	/** A look that is made when its item's time is up: it waits for its turn a little longer. */
	const atDeadline = (nowMs: number) =>
		({ kind: 'result', itemDeadlineMs: nowMs, untilMs: nowMs + 5_000 }) as const;

	it('of the look at the deadline come though the gateway asked for a rest (DESIGN, rule 7)', async () => {
		const { clock, waits } = await resting(60_000);
		await clock.pass(10_000);
		expect(await waits({ kind: 'poll', untilMs: 12_000, itemDeadlineMs: 12_000 })).toBe(Infinity);
		await clock.pass(2_000);
		expect(await waits(atDeadline(12_000))).toBe(0);
	});

	it('of many looks at one deadline come one a second, whatever the gateway asked for', async () => {
		const { clock, ask, went } = await resting(60_000);
		await clock.pass(10_000);
		const before = went.length;
		const looks = Array.from({ length: 200 }, async () => await ask(atDeadline(10_000)));
		const turns = await clock.run(Promise.all(looks));
		expect(went.slice(before).map(({ atMs }) => atMs)).toEqual(
			[10, 11, 12, 13, 14, 15].map(seconds),
		);
		expect(turns.filter((turn) => turn === undefined)).toHaveLength(194);
		expect(clock.nowMs()).toBe(15_000);
	});

	it('of many looks at one deadline come at the known pace where that is faster', async () => {
		const { clock, ask, went, running, refuse } = account();
		await running(8, { kind: 'poll' });
		await clock.pass(1_000);
		await refuse(2, { meaning: 'calls' }, { kind: 'poll' });
		const fromMs = clock.nowMs();
		const before = went.length;
		const looks = Array.from({ length: 200 }, async () => await ask(atDeadline(fromMs)));
		await clock.run(Promise.all(looks));
		const perSecond = (went.length - before) / 5;
		expect(perSecond).toBeGreaterThan(1.2);
		expect(perSecond).toBeLessThan(5);
	});

	it('of creates do not come for a deadline', async () => {
		const { clock, waits } = await resting(60_000);
		await clock.pass(10_000);
		expect(await waits({ ...atDeadline(10_000), kind: 'create' })).toBe(Infinity);
	});

	it('leave nobody behind, whatever is asked, stopped, answered and ended', async () => {
		const step = fc.record({
			afterMs: fc.integer({ min: 0, max: 2_000 }),
			kind: fc.constantFrom<CallKind>('create', 'poll', 'result', 'cancel', 'upload'),
			model: fc.constantFrom('a', 'b'),
			execution: fc.nat(2),
			patienceMs: fc.integer({ min: 0, max: 20_000 }),
			stopAfterMs: fc.option(fc.integer({ min: 0, max: 5_000 })),
			answer: fc.constantFrom('accepted', 'calls', 'tasks', 'busy', 'unknown', 'nothing', 'hangs'),
			retryAfterMs: fc.option(fc.integer({ min: 0, max: 100_000_000 }), { nil: undefined }),
		});
		const executions = [{}, {}, {}];
		const property = fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
			const { clock, ask, limits } = account();
			const answered = (turn: Turn, { answer, retryAfterMs }: (typeof steps)[number]) => {
				if (answer === 'accepted') turn.accepted();
				else if (answer !== 'nothing' && answer !== 'hangs') {
					turn.refused({ meaning: answer as 'calls', retryAfterMs });
				}
				if (answer !== 'hangs') turn.end();
			};
			const lates: number[] = [];
			const calls = steps.map(async (asked) => {
				const { afterMs, kind, model, execution, patienceMs, stopAfterMs } = asked;
				await clock.sleep(afterMs);
				const stop = new AbortController();
				const untilMs = clock.nowMs() + patienceMs;
				const stopMs = stopAfterMs === null ? Infinity : clock.nowMs() + stopAfterMs;
				if (stopAfterMs !== null) void clock.sleep(stopAfterMs).then(() => stop.abort());
				const turn = await ask({
					kind,
					modelId: model,
					execution: executions[execution]!,
					untilMs,
					itemDeadlineMs: untilMs,
					signal: stop.signal,
				});
				lates.push(clock.nowMs() - Math.min(untilMs, stopMs));
				await clock.sleep(60);
				if (turn) answered(turn, asked);
			});
			await clock.run(Promise.all(calls));
			expect(Math.max(0, ...lates)).toBeLessThanOrEqual(1);
			await clock.pass(700_000);
			expect(limits.isLive).toBe(false);
			expect(clock.sleeping).toBe(0);
		});
		await fc.assert(property, { numRuns: 150 });
	});
});
