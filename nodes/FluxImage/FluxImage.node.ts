import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { nodeCredentials, nodeProperties } from './operations/properties';
import { runItems } from './operations/runItems';
import { credentialTests } from './transport/credentialTest';

export class FluxImage implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'FLUX Image',
		name: 'fluxImage',
		icon: { light: 'file:../../icons/fluxImage.svg', dark: 'file:../../icons/fluxImage.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Make and edit images with the FLUX models',
		defaults: { name: 'FLUX Image' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: nodeCredentials(),
		properties: nodeProperties(),
	};

	methods = { credentialTest: credentialTests };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [await runItems(this)];
	}
}
