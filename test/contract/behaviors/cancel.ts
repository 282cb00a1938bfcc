import { NodeHelpers, type INodePropertyOptions } from 'n8n-workflow';

import { FluxImage } from '../../../nodes/FluxImage/FluxImage.node';
import type { Behavior } from '../behavior';
import type { GatewayRow } from '../gatewayRows';
import { onlyItem } from '../gatewayStage';

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
		async check(stage) {
			const requestId = await stage.taskId('Apple [never] [quirk cancelSeconds=60]');
			const { json } = onlyItem(await stage.task('cancel', requestId));
			expect(json).toMatchObject({ requestId, cancellation: 'requested' });
			expect(json['status']).not.toBe('cancelled');
			expect(stage.calls('cancel')).toMatchObject([{ method: 'PUT', statusCode: 202 }]);
		},
	},
	{
		name: 'tells that a cancel came too late',
		on: cancels,
		async check(stage) {
			stage.stage.holdTime();
			const requestId = await stage.taskId('Apple');
			stage.stage.pass(60);
			const { json } = onlyItem(await stage.task('cancel', requestId));
			expect(json).toMatchObject({ cancellation: 'alreadyCompleted', status: 'completed' });
		},
	},
	{
		name: 'tells that a cancel found no task',
		on: cancels,
		async check(stage) {
			const { json } = onlyItem(await stage.task('cancel', 'mmsu_nobody'));
			expect(json).toMatchObject({ cancellation: 'notFound', requestId: 'mmsu_nobody' });
		},
	},
	{
		name: 'ends a wait for a cancelled task with an error that says so',
		on: cancels,
		async check(stage) {
			const requestId = await stage.taskId('Apple [never]');
			await stage.task('cancel', requestId);
			const { error } = await stage.task('wait', requestId);
			expect(error?.message).toContain(`Task ${requestId} was cancelled`);
		},
	},
	{
		name: 'does not offer cancel where it cannot',
		on: cancelsNot,
		async check(stage) {
			expect(taskOperations(stage.row)).toEqual(['result', 'status', 'wait']);
			const { error } = await stage.task('cancel', 'some-task');
			expect(error?.message).toContain(`${stage.row.displayName} cannot cancel`);
			expect(stage.sandbox.ledger.requests).toHaveLength(0);
		},
	},
];
