import { deepCopy, NodeHelpers, type INode, type INodeParameters } from 'n8n-workflow';

import { FluxImage } from '../../../nodes/FluxImage/FluxImage.node';
import type { Behavior } from '../behavior';
import { GATEWAY_ROWS, type GatewayRow } from '../gatewayRows';
import { onlyItem } from '../gatewayFixture';
import { itemWith, smallPicture } from './inputImages';

const { description } = new FluxImage();

/** A saved node's parameters, without or with those that stand at their defaults. */
function parametersOf(parameters: INodeParameters, withDefaults: boolean): INodeParameters {
	const node = { typeVersion: 1, parameters } as INode;
	const { properties } = description;
	return NodeHelpers.getNodeParameters(
		properties,
		parameters,
		withDefaults,
		false,
		node,
		description,
	)!;
}

/** What n8n's editor does when a person picks another value of a field. */
function change(saved: INodeParameters, name: string, value: string): INodeParameters {
	const kept = deepCopy(parametersOf(saved, false));
	return parametersOf({ ...kept, [name]: value }, true);
}

/** A workflow as it was saved at another gateway, with every field that all gateways share. */
function savedAt({ gateway, model }: GatewayRow): INodeParameters {
	return parametersOf(
		{
			gateway,
			resource: 'image',
			operation: 'generateAndWait',
			model,
			prompt: 'A red apple',
			inputImages: { image: [{ source: 'binary', binaryPropertyName: 'photo' }] },
			additionalFields: { promptUpsampling: true, safetyTolerance: 1 },
			options: { timeout: 20, pollInterval: 0.1 },
		},
		true,
	);
}

/** What the editor does with a workflow that is moved from one gateway to another. */
export const editorBehaviors: readonly Behavior[] = [
	{
		name: 'keeps prompt, images and shared fields when switched to from any gateway',
		async check(fixture) {
			const items = [itemWith({ photo: await smallPicture('red') })];
			for (const from of GATEWAY_ROWS.filter(({ gateway }) => gateway !== fixture.row.gateway)) {
				const saved = savedAt(from);
				const switched = change(saved, 'gateway', fixture.row.gateway);
				const { prompt, inputImages, additionalFields, options } = saved;
				expect(switched).toMatchObject({ prompt, inputImages, additionalFields, options });
				fixture.sandbox.ledger.clear();
				const outcome = await fixture.run(switched, { items });
				expect(onlyItem(outcome).json).toMatchObject({
					status: 'completed',
					model: fixture.row.model,
				});
				expect(fixture.row.imagesIn(fixture.sentParameters())).toHaveLength(1);
			}
		},
	},
	{
		name: 'keeps the fields of the queue gateways when switched among them',
		on: ({ gateway }) => gateway !== 'toApis',
		async check(fixture) {
			const additionalFields = { seed: 7, outputFormat: 'png' };
			const saved = { ...savedAt(fixture.row), aspectRatio: '16:9', additionalFields };
			const away = change(saved, 'gateway', 'odiRouter');
			const back = change(away, 'gateway', fixture.row.gateway);
			expect(back).toMatchObject({ aspectRatio: '16:9', additionalFields });
		},
	},
];
