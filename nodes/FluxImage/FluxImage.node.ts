import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { builderHint } from './description/builderHint';
import { nodeProperties } from './description/properties';
import { runItems } from './operations/runItems';
import { credentialTests } from './client/credentialTest';

export class FluxImage implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'FLUX Image',
		name: 'fluxImage',
		icon: { light: 'file:../../icons/fluxImage.svg', dark: 'file:../../icons/fluxImage.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ $parameter["operation"].replace(/([A-Z])/g, " $1").toLowerCase() + ": " + $parameter["resource"] }}',
		description: 'Make and edit images with the FLUX models',
		defaults: { name: 'FLUX Image' },
		usableAsTool: true,
		builderHint,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		// With its slash: the editor hides a field whose options each name a credential without one.
		credentials: [
			{
				name: 'odiRouterApi',
				required: true,
				displayOptions: { show: { '/gateway': ['odiRouter'] } },
				testedBy: 'odiRouterApi',
			},
			{
				name: 'seaArtCloudApi',
				required: true,
				displayOptions: { show: { '/gateway': ['seaArtCloud'] } },
				testedBy: 'seaArtCloudApi',
			},
			{
				name: 'toApisApi',
				required: true,
				displayOptions: { show: { '/gateway': ['toApis'] } },
				testedBy: 'toApisApi',
			},
			{
				name: 'vtrixApi',
				required: true,
				displayOptions: { show: { '/gateway': ['vtrix'] } },
				testedBy: 'vtrixApi',
			},
		],
		properties: nodeProperties(),
	};

	methods = { credentialTest: credentialTests };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [await runItems(this)];
	}
}
