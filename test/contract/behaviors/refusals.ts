import { inHeldTime } from '../../engine/heldTime';
import type { Behavior } from '../behavior';
import { onlyItem, type GatewayFixture } from '../gatewayFixture';

/** What a task that ended badly says, as an error and, under Continue On Fail, as data. */
async function expectEnding(
	fixture: GatewayFixture,
	prompt: string,
	message: RegExp,
	code: string,
) {
	const failing = await fixture.image({ prompt });
	const [task] = fixture.sandbox.ledger.taskRows();
	expect(failing.error?.message).toMatch(message);
	expect(failing.error?.message).toContain(task!.id);
	expect(failing.error?.description).toContain(task!.id);
	const continuing = await fixture.image(
		{ prompt },
		{ settings: { onError: 'continueRegularOutput' } },
	);
	const { gateway, model } = fixture.row;
	expect(onlyItem(continuing).json).toMatchObject({
		error: expect.stringMatching(message),
		requestId: fixture.sandbox.ledger.taskRows()[1]!.id,
		gateway,
		model,
		status: 'failed',
		failure: { code },
	});
}

/** How a gateway says no, and what the node makes of it. */
export const refusalBehaviors: readonly Behavior[] = [
	{
		name: 'ends a failed task with its reason, id and remedy',
		async check(fixture) {
			const { failed } = fixture.row.failureCodes;
			await expectEnding(fixture, 'Apple [failed]', /failed at .*: Task execution failed/, failed);
		},
	},
	{
		name: 'tells a moderated task from a failed one',
		async check(fixture) {
			const { moderated } = fixture.row.failureCodes;
			await expectEnding(fixture, 'Apple [moderated]', /blocked by the moderation/, moderated);
		},
	},
	{
		name: 'reads every shape of a failure',
		async check(fixture) {
			const forms = [
				'text',
				'object',
				'codeAndErrorMessage',
				'numericCode',
				'errorMessage',
				'failReason',
			] as const;
			for (const errorForm of forms) {
				fixture.sandbox.quirks.set({ errorForm });
				const { error } = await fixture.image({ prompt: 'Apple [failed]' });
				expect(error?.message).toContain('Task execution failed');
			}
		},
	},
	{
		name: 'says that a task is not known',
		async check(fixture) {
			for (const operation of ['status', 'result', 'wait'] as const) {
				// Task > Wait outlasts a gateway's lag; here it has no time for that.
				const options = operation === 'wait' ? { timeout: 1 } : {};
				const asked = { resource: 'task', operation, requestId: 'nobody-knows-me', options };
				const { error } = await inHeldTime(async () => await fixture.run(asked));
				expect(error?.message).toContain('does not know this model or task');
				expect(error?.description).toContain('nobody-knows-me');
			}
		},
	},
	{
		name: 'says that the model is not known',
		async check(fixture) {
			const { error } = await fixture.run({
				resource: 'image',
				operation: 'create',
				model: 'other',
				modelId: 'no-such-model',
				parameters: '{ "prompt": "Apple" }',
			});
			expect(error?.message).toMatch(/does not know|refused the parameters/);
			expect(error?.message).toContain('no-such-model');
		},
	},
	{
		name: 'says that the key is bad, after one create',
		async check(fixture) {
			const { error } = await fixture.image({ prompt: 'Apple' }, { apiKey: 'a-key-of-nobody' });
			expect(error?.message).toContain('refused the API key');
			expect(error?.description).toContain('Copy the key');
			expect(fixture.calls('create')).toHaveLength(1);
		},
	},
	{
		name: 'says that there is no credit, after one create',
		async check(fixture) {
			const { noCredit: apiKey } = fixture.sandbox.keys;
			const { error } = await fixture.image({ prompt: 'Apple' }, { apiKey });
			expect(error?.message).toContain('has no credit left');
			expect(fixture.calls('create')).toHaveLength(1);
			expect(fixture.sandbox.ledger.billed()).toBe(0);
		},
	},
	{
		name: 'says that the account has no right to that',
		async check(fixture) {
			const { forbidden: apiKey } = fixture.sandbox.keys;
			const { error } = await fixture.image({ prompt: 'Apple' }, { apiKey });
			expect(error?.message).toContain('does not allow this account to do that');
			expect(fixture.calls('create')).toHaveLength(1);
		},
	},
	{
		name: 'gives the reason of a refused parameter, in every shape',
		async check(fixture) {
			const shapes = [
				'documented',
				'object',
				'numericCode',
				'text',
				'detail',
				'detailList',
				'statusObject',
				'success',
			] as const;
			for (const refusalShape of shapes) {
				fixture.sandbox.quirks.set({ refusalShape });
				const { error } = await fixture.image({ prompt: 'Apple [rejected]' });
				expect(error?.message).toContain('refused the parameters');
				expect(error?.message).toContain('refused as asked');
			}
			expect(fixture.sandbox.ledger.billed()).toBe(0);
		},
	},
	{
		name: 'sends a create again after a rate limit, and pays once',
		async check(fixture) {
			fixture.sandbox.faults.add({ call: 'create', fault: '429', times: 1 });
			expect(onlyItem(await fixture.image({ prompt: 'Apple' })).json['status']).toBe('completed');
			expect(fixture.calls('create')).toMatchObject([{ accepted: false }, { accepted: true }]);
			expect(fixture.sandbox.ledger.billed()).toBe(1);
		},
	},
	{
		name: 'goes on polling after a rate limit and an HTML page',
		async check(fixture) {
			fixture.sandbox.faults.add([
				{ call: 'status', fault: '429', nth: 1 },
				{ call: 'status', fault: '504-html', nth: 2 },
			]);
			expect(onlyItem(await fixture.image({ prompt: 'Apple' })).json['status']).toBe('completed');
		},
	},
	{
		name: 'sends a create once that is answered with an HTML error',
		async check(fixture) {
			// Else ToAPIs' task is found by the id of our own.
			fixture.sandbox.quirks.set({ clientBusinessId: 'ignored' });
			fixture.sandbox.faults.add({
				call: 'create',
				fault: '504-html',
				when: 'afterAcceptance',
				times: 1,
			});
			const { error } = await fixture.image({ prompt: 'Apple' });
			expect(error?.message).toContain('may have accepted the task');
			expect(error?.message).toContain('504 Gateway Time-out');
			expect(fixture.calls('create')).toHaveLength(1);
		},
	},
	{
		name: 'never calls a URL that stands in a reply',
		async check(fixture) {
			fixture.sandbox.quirks.set({ foreignReplyUrls: true });
			await fixture.image({ prompt: 'Apple' });
			expect(fixture.calls('trap')).toHaveLength(0);
		},
	},
];
