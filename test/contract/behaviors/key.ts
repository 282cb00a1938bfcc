import type { Outcome } from '../../../tooling/engine/engine';
import { engineLog } from '../../../tooling/engine/engineLog';
import type { Behavior } from '../behavior';
import type { GatewayFixture } from '../gatewayFixture';

/** Fails where the key stands anywhere in what a run left behind: items, errors, run data, log. */
function expectNoKey({ sandbox }: GatewayFixture, { run, outputs, error }: Outcome): void {
	const left = JSON.stringify([
		run,
		outputs,
		error?.message,
		error?.description,
		error?.stack,
		error && Object.entries(error),
		engineLog,
	]);
	expect(left).not.toContain(sandbox.keys.valid);
}

const echoes = (name: string, prompt: string): Behavior => ({
	name,
	async check(fixture) {
		const options = { includeRawResponse: true };
		for (const onError of ['stopWorkflow', 'continueRegularOutput'] as const) {
			expectNoKey(fixture, await fixture.image({ prompt, options }, { settings: { onError } }));
		}
	},
});

/** The key stays with the gateway that it belongs to. */
export const keyBehaviors: readonly Behavior[] = [
	echoes('removes the key that a failure repeats', 'Apple [echo-key]'),
	echoes('removes the key that a result repeats', 'Apple [echo-key-result]'),
	echoes('removes the key that a refusal repeats', 'Apple [echo-key-rejected]'),
	{
		name: 'does not carry the key along a redirect',
		async check(fixture) {
			fixture.sandbox.faults.add([{ call: 'create', fault: 'redirect' }]);
			const { error } = await fixture.image({ prompt: 'Apple' });
			expect(error?.message).toContain('redirect');
			expect(fixture.calls('trap')).toHaveLength(0);
		},
	},
];
