import type { TaskStatus } from '../../../nodes/FluxImage/core/task';
import type { Behavior } from '../behavior';
import { onlyItem, type GatewayStage } from '../gatewayStage';

/** How a task gets into each state: its prompt, and what passes before it is looked at. */
const WAYS: Readonly<Record<TaskStatus, { prompt: string; seconds: number; cancel?: true }>> = {
	queued: { prompt: 'Apple', seconds: 0 },
	running: { prompt: 'Apple [never]', seconds: 5 },
	completed: { prompt: 'Apple', seconds: 60 },
	failed: { prompt: 'Apple [failed]', seconds: 60 },
	cancelled: { prompt: 'Apple [never]', seconds: 5, cancel: true },
};

/** Looks at a task in a state for which the gateway uses a word of its own. */
async function statusUnder(stage: GatewayStage, state: TaskStatus, word: string) {
	const { prompt, seconds, cancel } = WAYS[state];
	stage.stage.holdTime();
	stage.sandbox.quirks.set({ stateWords: { [state]: word } });
	const requestId = await stage.taskId(prompt);
	if (cancel) await stage.task('cancel', requestId);
	stage.stage.pass(seconds);
	return onlyItem(await stage.task('status', requestId)).json;
}

const readsState = (state: TaskStatus): Behavior => ({
	name: `reads every word for ${state}`,
	on: ({ words }) => words[state] !== undefined,
	async check(stage) {
		for (const word of stage.row.words[state] ?? []) {
			expect({ word, ...(await statusUnder(stage, state, word)) }).toMatchObject({
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
		async check(stage) {
			stage.sandbox.quirks.set({ unknownWordReads: 2 });
			const { json } = onlyItem(await stage.image({ prompt: 'Apple [seconds=0.5]' }));
			expect(json['status']).toBe('completed');
		},
	},
	{
		name: 'tells progress from 0 to 1',
		async check(stage) {
			stage.sandbox.quirks.set({ progress: true });
			stage.stage.holdTime();
			const requestId = await stage.taskId('Apple [seconds=10]');
			stage.stage.pass(5);
			const { json } = onlyItem(await stage.task('status', requestId));
			expect(json['progress']).toBeGreaterThan(0.4);
			expect(json['progress']).toBeLessThan(0.6);
		},
	},
	{
		name: 'reads no failure in an error that is null or empty',
		async check(stage) {
			for (const successError of ['null', 'empty'] as const) {
				stage.sandbox.quirks.set({ successError });
				expect(onlyItem(await stage.image({ prompt: 'Apple' })).json['status']).toBe('completed');
			}
		},
	},
	{
		name: 'tells why a task failed, as data',
		async check(stage) {
			stage.stage.holdTime();
			const requestId = await stage.taskId('Apple [failed]');
			stage.stage.pass(60);
			const { json } = onlyItem(await stage.task('status', requestId));
			expect(json).toMatchObject({
				status: 'failed',
				failure: { code: stage.row.failureCodes.failed, message: 'Task execution failed' },
			});
		},
	},
];
