import type { CallKind } from '../../../nodes/FluxImage/client/limiter';
import { account } from './account';

/** An account whose reads rest for a minute. */
async function resting() {
	const it = account();
	await it.refuse(3, { meaning: 'calls', retryAfterMs: 60_000 }, { kind: 'poll' });
	return it;
}

describe('The limits of an account', () => {
	it('are live while a call waits, though no task runs', async () => {
		const { clock, limits, ask } = await resting();
		expect(limits.isLive).toBe(false);
		const waiting = ask({ kind: 'poll', untilMs: 120_000 });
		await clock.pass(10);
		expect(limits.isLive).toBe(true);
		(await clock.run(waiting))?.end();
		expect(limits.isLive).toBe(false);
	});

	it.each<CallKind>(['poll', 'result'])(
		'let the last look at what is paid go a second after the call before, whatever rests: a %s',
		async (kind) => {
			const { waits, clock } = await resting();
			const last = { kind, itemDeadlineMs: 0, untilMs: 50_000 };
			expect(await waits(last)).toBe(1_000);
			await clock.pass(3_000);
			expect(await waits(last)).toBe(0);
		},
	);

	it('let no create go for that, which is not paid yet', async () => {
		const { waits } = await resting();
		expect(await waits({ kind: 'create', itemDeadlineMs: 0, untilMs: 50_000 })).toBe(Infinity);
	});
});

describe('A pace that was found', () => {
	it('grows while calls wait, once the gateway takes more', async () => {
		const { clock, ask } = account();
		const takenMs: number[] = [];
		const inSecond = new Map<number, number>();
		const read = async () => {
			const turn = await ask({ kind: 'poll' });
			const nowMs = clock.nowMs();
			const second = Math.floor(nowMs / 1_000);
			const calls = (inSecond.get(second) ?? 0) + 1;
			inSecond.set(second, calls);
			if (nowMs < 20_000 && calls > 10) return turn?.refused({ meaning: 'calls' });
			turn?.accepted();
			takenMs.push(nowMs);
		};
		for (let call = 0; call < 3_000; call++) void read();
		await clock.pass(30_000);
		const taken = (fromMs: number) =>
			takenMs.filter((ms) => ms >= fromMs && ms < fromMs + 5_000).length;
		expect(taken(15_000)).toBeLessThanOrEqual(50);
		expect(taken(25_000)).toBeGreaterThan(2 * taken(15_000));
	});
});
