import { account } from './account';

describe('After creates were refused that may mean tasks at a time', () => {
	it('creates wait until a task ends (D1)', async () => {
		const { clock, ask, running, refuse, went } = account();
		const [first] = await running(3);
		await refuse(2, { meaning: 'tasks' });
		const waiting = ask();
		await clock.pass(700);
		first?.end();
		await clock.run(waiting);
		expect(went.at(-1)?.atMs).toBe(700);
	});

	it('the words of a rate limit, which gateways say of any 429, do not hide that', async () => {
		const { clock, ask, running, refuse, went } = account();
		const [first] = await running(3);
		await refuse(2, { meaning: 'calls' });
		const waiting = ask();
		await clock.pass(300);
		first?.end();
		await clock.run(waiting);
		expect(went.at(-1)?.atMs).toBe(300);
	});

	it('many refused and then one taken above: it was their pace, and no burst follows', async () => {
		const { clock, ask, now, running, refuse, went } = account();
		await running(20);
		await refuse(10, { retryAfterMs: 1_000 });
		await clock.pass(1_100);
		const before = went.length;
		const asking = await now();
		const waiting = Array.from({ length: 30 }, async () => (await ask())?.accepted());
		asking.accepted();
		await clock.pass(500);
		expect(went.length - before).toBeGreaterThan(5);
		expect(went.length - before).toBeLessThan(13);
		await clock.run(Promise.all(waiting));
	});

	it('the words of a rate limit, said of a create now and then, slow no other', async () => {
		const { running, refuse, waits } = account();
		for (let time = 0; time < 8; time++) {
			await running(5);
			await refuse(1, { meaning: 'calls', retryAfterMs: 1_000 });
		}
		expect(await waits()).toBe(0);
	});

	it('each end lets one create go, and no more', async () => {
		const { clock, ask, running, refuse, went } = account();
		const [first] = await running(3);
		await refuse(2, { meaning: 'tasks' });
		const before = went.length;
		const waiting = [ask(), ask(), ask()];
		first?.end();
		await clock.pass(900);
		expect(went.length - before).toBe(1);
		await clock.run(Promise.all(waiting));
	});

	it('polls never rest for a create (D3)', async () => {
		const { running, refuse, waits } = account();
		await running(3);
		await refuse(3, { meaning: 'tasks', retryAfterMs: 12_000 });
		expect(await waits({ kind: 'poll' })).toBeLessThan(100);
		expect(await waits({ kind: 'result' })).toBeLessThan(100);
	});

	it('the first refusal binds its call alone, the second in a row those of the model (F2)', async () => {
		const { refuse, waits } = account();
		await refuse(1, { retryAfterMs: 12_000 });
		expect(await waits()).toBe(0);
		await refuse(2, { retryAfterMs: 12_000 });
		expect(await waits({ modelId: 'flux_2_pro' })).toBeLessThan(100);
		expect(await waits()).toBeGreaterThan(11_000);
	});

	it('an acceptance ends the rest', async () => {
		const { now, refuse, waits } = account();
		const late = await now();
		await refuse(2, { retryAfterMs: 12_000 });
		late.accepted();
		expect(await waits()).toBeLessThan(100);
	});

	it('nobody rests longer than a minute on the word of another: then one asks for all (F1)', async () => {
		const { clock, ask, refuse, went } = account();
		await refuse(2, { retryAfterMs: 86_400_000 });
		const before = went.length;
		const waiting = [ask(), ask(), ask()];
		await clock.pass(59_000);
		expect(went.length - before).toBe(0);
		await clock.pass(2_000);
		expect(went.length - before).toBe(1);
		await clock.run(Promise.all(waiting));
	});

	it('a test run always asks (F1)', async () => {
		const { refuse, waits } = account();
		await refuse(2, { retryAfterMs: 86_400_000 });
		expect(await waits({ isTestRun: true })).toBe(0);
	});

	it('of a test run of many items only the first asks at once', async () => {
		const { refuse, waits } = account();
		await refuse(2, { retryAfterMs: 86_400_000 });
		const testRun = { isTestRun: true, execution: {} };
		expect(await waits(testRun)).toBe(0);
		expect(await waits(testRun)).toBeGreaterThan(0);
	});

	it('who cannot outwait the rest is told at once', async () => {
		const { clock, ask, refuse } = account();
		await refuse(2, { retryAfterMs: 86_400_000 });
		expect(await clock.run(ask({ untilMs: 30_000 }))).toBeUndefined();
		expect(clock.nowMs()).toBe(0);
	});

	it('a create asks again though no task of ours ends: others may hold the places (F3)', async () => {
		const { refuse, waits } = account();
		await refuse(2, { meaning: 'tasks' });
		expect(await waits()).toBeLessThanOrEqual(10_000);
	});

	it('a create that is accepted above the supposed number drops it (F3)', async () => {
		const { clock, ask, running, refuse, waits } = account();
		await running(3);
		await refuse(2, { meaning: 'tasks' });
		const asking = await clock.run(ask());
		asking?.accepted();
		expect(await waits()).toBeLessThan(100);
	});

	it('the number is not supposed again for a minute where it was wrong twice', async () => {
		const { clock, ask, refuse, running, waits } = account();
		await running(3);
		for (let time = 0; time < 2; time++) {
			await refuse(2);
			(await clock.run(ask()))?.accepted();
			await clock.pass(1_000);
		}
		await refuse(2);
		expect(await waits()).toBeLessThan(100);
	});

	it('a full model stops no other, until another is refused too (F4)', async () => {
		const { running, refuse, waits } = account();
		const other = { modelId: 'flux_2_pro' };
		await running(3);
		await refuse(2, { meaning: 'tasks' });
		await running(4, other);
		expect(await waits({ modelId: 'flux_2_flex' })).toBeLessThan(100);
		await refuse(2, { meaning: 'tasks' }, other);
		expect(await waits({ modelId: 'flux_2_flex' })).toBeGreaterThan(500);
	});

	it("ToAPIs' n holds n places (F4)", async () => {
		const { clock, ask, now, running, refuse, went } = account();
		const four = await now({ tasks: 4 });
		four.accepted();
		await running(1);
		await refuse(2, { meaning: 'tasks' });
		const before = went.length;
		const waiting = Array.from({ length: 6 }, async () => await ask());
		four.end();
		await clock.pass(500);
		expect(went.length - before).toBe(4);
		await clock.run(Promise.all(waiting));
	});

	it('a place ends with the deadline of its item, whoever hangs (F7)', async () => {
		const { clock, ask, running, refuse, went } = account();
		await running(1, { itemDeadlineMs: 400 });
		await refuse(2, { meaning: 'tasks' });
		const waiting = ask();
		await clock.pass(0);
		expect(went).toHaveLength(3);
		await clock.run(waiting);
		expect(clock.nowMs()).toBeLessThanOrEqual(1_000);
	});

	it('who is busy with others slows nobody (F5)', async () => {
		const { refuse, waits } = account();
		await refuse(10, { meaning: 'busy', retryAfterMs: 30_000 });
		expect(await waits()).toBe(0);
	});
});
