import { NodeHelpers, type INodePropertyOptions } from 'n8n-workflow';

import { FluxImage } from '../../../nodes/FluxImage/FluxImage.node';
import type { Behavior } from '../behavior';
import type { GatewayRow } from '../gatewayRows';
import { onlyItem } from '../gatewayFixture';

/** The operations of Task that the editor offers for a gateway. */
function taskOperations({ gateway }: GatewayRow): unknown[] {
	const { description } = new FluxImage();
	const node = { typeVersion: 1 };
	const shown = description.properties.filter(
		(property) =>
			property.name === 'operation' &&
			NodeHelpers.displayParameter({ gateway, resource: 'task' }, property, node, description),
	);
	expect(shown).toHaveLength(1);
	return (shown[0]!.options as INodePropertyOptions[]).map(({ value }) => value);
}

const cancels = ({ cancels: can }: GatewayRow) => can;
const cancelsNot = (row: GatewayRow) => !row.cancels;

/** Cancel where a gateway has it, and its absence where it has none. */
export const cancelBehaviors: readonly Behavior[] = [
	{
		name: 'offers cancel where it can',
		on: cancels,
		async check({ row }) {
			expect(taskOperations(row)).toContain('cancel');
		},
	},
	{
		name: 'cancels a task, and claims no more than the gateway says',
		on: cancels,
		async check(fixture) {
			const requestId = await fixture.taskId('Apple [never] [quirk cancelSeconds=60]');
			const { json } = onlyItem(await fixture.task('cancel', requestId));
			expect(json).toMatchObject({ requestId, cancellation: 'requested' });
			expect(json['status']).not.toBe('cancelled');
			expect(fixture.calls('cancel')).toMatchObject([{ method: 'PUT', statusCode: 202 }]);
		},
	},
	{
		name: 'tells that a cancel came too late',
		on: cancels,
		async check(fixture) {
			fixture.fixture.holdTime();
			const requestId = await fixture.taskId('Apple');
			fixture.fixture.pass(60);
			const { json } = onlyItem(await fixture.task('cancel', requestId));
			expect(json).toMatchObject({ cancellation: 'alreadyCompleted', status: 'completed' });
		},
	},
	{
		name: 'tells that a cancel found no task',
		on: cancels,
		async check(fixture) {
			const { json } = onlyItem(await fixture.task('cancel', 'mmsu_nobody'));
			expect(json).toMatchObject({ cancellation: 'notFound', requestId: 'mmsu_nobody' });
		},
	},
	{
		name: 'ends a wait for a cancelled task with an error that says so',
		on: cancels,
		async check(fixture) {
			const requestId = await fixture.taskId('Apple [never]');
			await fixture.task('cancel', requestId);
			const { error } = await fixture.task('wait', requestId);
			expect(error?.message).toContain(`Task ${requestId} was cancelled`);
		},
	},
	{
		name: 'does not offer cancel where it cannot',
		on: cancelsNot,
		async check(fixture) {
			expect(taskOperations(fixture.row)).toEqual(['result', 'status', 'wait']);
			const { error } = await fixture.task('cancel', 'some-task');
			expect(error?.message).toContain(`${fixture.row.displayName} cannot cancel`);
			expect(fixture.sandbox.ledger.requests).toHaveLength(0);
		},
	},
];
