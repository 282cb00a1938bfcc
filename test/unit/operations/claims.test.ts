import type { IExecuteFunctions } from 'n8n-workflow';
import { Orders } from '../../../nodes/FluxImage/accounts/orders';
import { WorkflowClaims } from '../../../nodes/FluxImage/operations/claims';
import { SimulatedClock } from '../../../tooling/simulatedClock';

/** What n8n makes of one run of Remove Duplicates, after so many milliseconds. */
interface Run {
	afterMs?: number;
	comes: 'new' | 'seen' | 'error' | 'cannot';
}

const OUTPUTS = { new: [[{ json: {} }], []], seen: [[], [{ json: {} }]] };

/** Claims in an n8n that answers as told, the last answer for good. */
function claimsIn(...runs: Run[]) {
	const clock = new SimulatedClock(0);
	const { signal } = new AbortController();
	const logged: string[] = [];
	const operations: unknown[] = [];
	const executeWorkflow: unknown = async (
		...[{ code }]: Parameters<IExecuteFunctions['executeWorkflow']>
	) => {
		const { afterMs = 0, comes } = runs.length > 1 ? runs.shift()! : runs[0]!;
		operations.push(code?.nodes[1]?.parameters.operation);
		if (afterMs > 0) await clock.sleep(afterMs);
		if (comes === 'error') throw new Error('UNIQUE constraint failed');
		if (comes === 'cannot') throw new Error('Unrecognized node type: removeDuplicates');
		return { data: OUTPUTS[comes] };
	};
	const context = { executeWorkflow } as IExecuteFunctions;
	const claims = new WorkflowClaims(context, clock, new Orders(), (message) =>
		logged.push(message),
	);
	const claim = async (deadlineMs = 60_000) =>
		await clock.run(claims.claim('key', { deadlineMs, signal }));
	return { claim, claims, clock, logged, operations };
}

const CLAIM = 'removeItemsSeenInPreviousExecutions';
const RELEASE = 'clearDeduplicationHistory';

describe("a claim in n8n's database", () => {
	it.each([
		['won', 'new'],
		['taken', 'seen'],
	] as const)('is %s where its value is %s', async (claimed, comes) => {
		const { claim, logged } = claimsIn({ comes });
		expect(await claim()).toBe(claimed);
		expect(logged).toEqual([]);
	});

	it('is asked once more after a tie, which n8n fails for one of two workers', async () => {
		const { claim, operations } = claimsIn({ comes: 'error' }, { comes: 'seen' });
		expect(await claim()).toBe('taken');
		expect(operations).toHaveLength(2);
	});

	it('is not offered by an n8n that has no such node, and the log says why', async () => {
		const { claim, clock, logged } = claimsIn({ comes: 'cannot' });
		expect(await claim()).toBe('notOffered');
		expect(clock.nowMs()).toBe(0);
		expect(logged).toEqual([expect.stringContaining('Unrecognized node type')]);
	});

	it('is late where the database fails: nobody may send then', async () => {
		const { claim, clock, logged } = claimsIn({ comes: 'error' });
		expect(await claim()).toBe('late');
		expect(clock.nowMs()).toBe(4_000);
		expect(logged).toEqual([]);
	});

	it('is won where such a database comes back', async () => {
		const failures: Run[] = [{ comes: 'error' }, { comes: 'error' }, { comes: 'error' }];
		const { claim } = claimsIn({ comes: 'seen' }, ...failures, { comes: 'new' });
		await claim();
		expect(await claim()).toBe('won');
	});

	it('is late past its deadline, and given back where it is won after all', async () => {
		const { claim, clock, operations } = claimsIn({ comes: 'new', afterMs: 500 }, { comes: 'new' });
		expect(await claim(100)).toBe('late');
		expect(operations).toEqual([CLAIM]);
		await clock.pass(1_000);
		expect(operations).toEqual([CLAIM, RELEASE]);
	});

	it("is left alone past its deadline where it is another's", async () => {
		const { claim, clock, operations } = claimsIn({ comes: 'seen', afterMs: 500 });
		expect(await claim(100)).toBe('late');
		await clock.pass(1_000);
		expect(operations).toEqual([CLAIM]);
	});

	it('is not waited for after Stop, and given back where it is won', async () => {
		const { clock, claims, operations } = claimsIn(
			{ comes: 'new', afterMs: 500 },
			{ comes: 'new' },
		);
		const stop = new AbortController();
		void clock.sleep(100).then(() => stop.abort());
		const until = { deadlineMs: 60_000, signal: stop.signal };
		expect(await clock.run(claims.claim('key', until))).toBe('late');
		expect(clock.nowMs()).toBe(100);
		await clock.pass(1_000);
		expect(operations).toEqual([CLAIM, RELEASE]);
	});

	it('of a name that is being given back waits for that', async () => {
		const { claim, operations } = claimsIn(
			{ comes: 'new', afterMs: 500 },
			{ comes: 'new', afterMs: 500 },
			{ comes: 'new' },
		);
		expect(await claim(100)).toBe('late');
		expect(await claim()).toBe('won');
		expect(operations).toEqual([CLAIM, RELEASE, CLAIM]);
	});
});

describe('what is given back', () => {
	it('is tried again where the database fails', async () => {
		const { clock, claims, operations, logged } = claimsIn({ comes: 'error' }, { comes: 'new' });
		await clock.run(claims.release('key'));
		expect(operations).toEqual([RELEASE, RELEASE]);
		expect(logged).toEqual([]);
	});

	it('is told in the log where it cannot be', async () => {
		const { clock, claims, logged } = claimsIn({ comes: 'error' });
		await clock.run(claims.release('key'));
		expect(logged).toEqual([expect.stringContaining('could not be given back')]);
	});
});
