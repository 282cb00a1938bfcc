import type { Behavior } from '../behavior';
import { onlyItem } from '../gatewayFixture';

/** The life of a task that goes well. */
export const taskBehaviors: readonly Behavior[] = [
	{
		name: 'creates a task and goes on',
		async check(fixture) {
			const { json, pairedItem } = onlyItem(
				await fixture.image({ prompt: '[seconds=30] Apple' }, {}, 'create'),
			);
			const { gateway, model } = fixture.row;
			expect(json).toMatchObject({ gateway, model, status: 'queued' });
			expect(json['requestId']).toBe(fixture.sandbox.ledger.taskRows()[0]!.id);
			expect(json).not.toHaveProperty('error');
			expect(pairedItem).toEqual({ item: 0 });
			expect(fixture.calls('status')).toHaveLength(0);
		},
	},
	{
		name: 'generates and waits',
		async check(fixture) {
			const { json, pairedItem } = onlyItem(await fixture.image({ prompt: 'Apple' }));
			const { gateway, model, contentType } = fixture.row;
			expect(json).toMatchObject({ gateway, model, status: 'completed', contentType });
			expect(json).toMatchObject({ imageIndex: 0, imageCount: 1, url: expect.any(String) });
			expect(json).not.toHaveProperty('error');
			expect(pairedItem).toEqual({ item: 0 });
			expect(fixture.sandbox.ledger.billed()).toBe(1);
		},
	},
	{
		name: 'waits for a task that was created before',
		async check(fixture) {
			const requestId = await fixture.taskId('Apple');
			const { json, binary } = onlyItem(await fixture.task('wait', requestId));
			expect(json).toMatchObject({ requestId, status: 'completed' });
			expect(binary).toHaveProperty('data');
			expect(fixture.sandbox.ledger.billed()).toBe(1);
		},
	},
	{
		name: 'gives the result of a finished task',
		async check(fixture) {
			fixture.fixture.holdTime();
			const requestId = await fixture.taskId('Apple');
			fixture.fixture.pass(60);
			const { json, binary } = onlyItem(await fixture.task('result', requestId));
			expect(json).toMatchObject({ requestId, status: 'completed', imageIndex: 0 });
			expect(binary).toHaveProperty('data');
		},
	},
	{
		name: 'gives the task where its result is not there yet',
		async check(fixture) {
			const requestId = await fixture.taskId('Apple [never]');
			const { json, binary } = onlyItem(await fixture.task('result', requestId));
			expect(['queued', 'running']).toContain(json['status']);
			expect(json['requestId']).toBe(requestId);
			expect(binary).toBeUndefined();
		},
	},
	{
		name: 'keeps the order of the items',
		async check(fixture) {
			const prompts = ['Apple [seconds=0.4]', 'Pear', 'Plum [seconds=0.2]'];
			const { outputs } = await fixture.image(
				{ prompt: '={{ $json.prompt }}' },
				{ items: prompts.map((prompt) => ({ json: { prompt } })) },
			);
			const promptOf = (id: unknown) =>
				fixture.sandbox.ledger.taskRows().find((task) => task.id === id)?.prompt;
			expect(outputs[0]!.map(({ json }) => promptOf(json['requestId']))).toEqual(prompts);
			expect(outputs[0]!.map(({ pairedItem }) => pairedItem)).toEqual([
				{ item: 0 },
				{ item: 1 },
				{ item: 2 },
			]);
		},
	},
	{
		name: 'does not poll a create that comes back finished',
		on: ({ mayFinishAtOnce }) => mayFinishAtOnce,
		async check(fixture) {
			fixture.sandbox.quirks.set({ finishedAtOnce: true });
			const { json } = onlyItem(await fixture.image({ prompt: 'Apple' }));
			expect(json['status']).toBe('completed');
			expect(fixture.calls('status')).toHaveLength(0);
		},
	},
	{
		name: 'makes a task of a model that is not in the list',
		async check(fixture) {
			const outcome = await fixture.run({
				resource: 'image',
				operation: 'generateAndWait',
				model: 'other',
				modelId: fixture.row.model,
				parameters: '{ "prompt": "Apple" }',
			});
			expect(onlyItem(outcome).json).toMatchObject({
				status: 'completed',
				model: fixture.row.model,
			});
			expect(fixture.sentParameters()).toEqual({ prompt: 'Apple' });
		},
	},
	{
		name: 'takes the base URL with slashes and spaces around it',
		async check(fixture) {
			for (const baseUrl of fixture.row.spellings(fixture.sandbox.baseUrls[fixture.row.gateway])) {
				const outcome = await fixture.image({ prompt: 'Apple' }, { baseUrl }, 'create');
				expect(onlyItem(outcome).json['requestId']).toEqual(expect.any(String));
			}
		},
	},
];
