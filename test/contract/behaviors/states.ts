import type { TaskStatus } from '../../../nodes/FluxImage/core/task';
import type { Behavior } from '../behavior';
import { onlyItem, type GatewayFixture } from '../gatewayFixture';

/** How a task gets into each state: its prompt, and what passes before it is looked at. */
const WAYS: Readonly<Record<TaskStatus, { prompt: string; seconds: number; cancel?: true }>> = {
	queued: { prompt: 'Apple', seconds: 0 },
	running: { prompt: 'Apple [never]', seconds: 5 },
	completed: { prompt: 'Apple', seconds: 60 },
	failed: { prompt: 'Apple [failed]', seconds: 60 },
	cancelled: { prompt: 'Apple [never]', seconds: 5, cancel: true },
};

/** Looks at a task in a state for which the gateway uses a word of its own. */
async function statusUnder(fixture: GatewayFixture, state: TaskStatus, word: string) {
	const { prompt, seconds, cancel } = WAYS[state];
	fixture.fixture.holdTime();
	fixture.sandbox.quirks.set({ stateWords: { [state]: word } });
	const requestId = await fixture.taskId(prompt);
	if (cancel) await fixture.task('cancel', requestId);
	fixture.fixture.pass(seconds);
	return onlyItem(await fixture.task('status', requestId)).json;
}

const readsState = (state: TaskStatus): Behavior => ({
	name: `reads every word for ${state}`,
	on: ({ words }) => words[state] !== undefined,
	async check(fixture) {
		for (const word of fixture.row.words[state] ?? []) {
			expect({ word, ...(await statusUnder(fixture, state, word)) }).toMatchObject({
				word,
				status: state,
			});
		}
	},
});

/** Where a task stands, whatever the gateway calls it. */
export const stateBehaviors: readonly Behavior[] = [
	readsState('queued'),
	readsState('running'),
	readsState('completed'),
	readsState('failed'),
	readsState('cancelled'),
	{
		name: 'goes on polling at a word that nobody knows',
		async check(fixture) {
			fixture.sandbox.quirks.set({ unknownWordReads: 2 });
			const { json } = onlyItem(await fixture.image({ prompt: 'Apple [seconds=0.5]' }));
			expect(json['status']).toBe('completed');
		},
	},
	{
		name: 'tells progress from 0 to 1',
		async check(fixture) {
			fixture.sandbox.quirks.set({ progress: true });
			fixture.fixture.holdTime();
			const requestId = await fixture.taskId('Apple [seconds=10]');
			fixture.fixture.pass(5);
			const { json } = onlyItem(await fixture.task('status', requestId));
			expect(json['progress']).toBeGreaterThan(0.4);
			expect(json['progress']).toBeLessThan(0.6);
		},
	},
	{
		name: 'reads no failure in an error that is null or empty',
		async check(fixture) {
			for (const successError of ['null', 'empty'] as const) {
				fixture.sandbox.quirks.set({ successError });
				expect(onlyItem(await fixture.image({ prompt: 'Apple' })).json['status']).toBe('completed');
			}
		},
	},
	{
		name: 'tells why a task failed, as data',
		async check(fixture) {
			fixture.fixture.holdTime();
			const requestId = await fixture.taskId('Apple [failed]');
			fixture.fixture.pass(60);
			const { json } = onlyItem(await fixture.task('status', requestId));
			expect(json).toMatchObject({
				status: 'failed',
				failure: { code: fixture.row.failureCodes.failed, message: 'Task execution failed' },
			});
		},
	},
];
