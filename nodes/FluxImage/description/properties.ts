import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { OPERATIONS } from '../operations';
import { assistantOptions } from './assistantFields';
import { GATEWAYS } from '../gateways';
import { gatewaysThat } from './displayOptions';
import { grouped } from './grouped';
import { modelFields } from './modelFields';
import type { Operation } from '../operations/operation';
import { optionsField } from './options';

const RESOURCES = [
	{ name: 'Image', value: 'image' },
	{ name: 'Task', value: 'task' },
] as const;

/** What a new node is set to. */
const DEFAULT_OPERATION: Readonly<Record<Operation['resource'], string>> = {
	image: 'generateAndWait',
	task: 'wait',
};

const CANCELLING = gatewaysThat(({ cancel }) => cancel !== undefined);

/** Every field of the node, in the order in which the editor shows them. */
export function nodeProperties(): INodeProperties[] {
	return [
		gatewayField(),
		CREDENTIAL_FIELD,
		{
			displayName: 'Resource',
			name: 'resource',
			type: 'options',
			noDataExpression: true,
			options: [...RESOURCES],
			default: 'image',
		},
		...RESOURCES.flatMap(({ value }) => operationFields(value)),
		{
			displayName: 'Request ID',
			name: 'requestId',
			type: 'string',
			default: '={{ $json.requestId }}',
			required: true,
			placeholder: 'e.g. mmsu_01hxyz',
			description:
				'The ID that Image > Create put out, or that an error of this node names. By default that of the item.',
			displayOptions: { show: { resource: ['task'] } },
		},
		...modelFields(),
		...optionFields(),
	];
}

function gatewayField(): INodeProperties {
	return {
		displayName: 'Gateway',
		name: 'gateway',
		type: 'options',
		noDataExpression: true,
		options: Object.values(GATEWAYS)
			.map(({ id, displayName }) => ({ name: displayName, value: id }))
			.sort((one, other) => one.name.localeCompare(other.name)),
		default: 'seaArtCloud',
		description: 'Who runs the model and bills it. Each gateway has its own credential.',
	};
}

/** Where the editor shows the choice of the credential, which hangs on the gateway; it holds no value. */
const CREDENTIAL_FIELD: INodeProperties = {
	displayName: 'Credential',
	name: 'credentials',
	type: 'credentials',
	default: '',
};

/** The Operation dropdown of a resource: one for gateways that can cancel, one for the others. */
function operationFields(resource: Operation['resource']): INodeProperties[] {
	const all = OPERATIONS.filter((operation) => operation.resource === resource);
	const always = all.filter(({ needsCancel }) => !needsCancel);
	const others = gatewaysThat(({ cancel }) => cancel === undefined);
	const choices =
		always.length === all.length
			? [{ operations: all }]
			: [
					{ operations: all, gateway: CANCELLING },
					{ operations: always, gateway: others },
				];
	return choices.map(({ operations, ...where }) => {
		const field = {
			displayName: 'Operation',
			name: 'operation',
			type: 'options' as const,
			noDataExpression: true,
			options: operations.map(optionOf),
			displayOptions: { show: { resource: [resource], ...where } },
		};
		return { ...field, default: DEFAULT_OPERATION[resource] };
	});
}

function optionOf(operation: Operation): INodePropertyOptions {
	const { name, value, action, description, needsCancel } = operation;
	const option = { name, value, action, description };
	const propertyHint = `Only at ${CANCELLING.join(', ')}`;
	return needsCancel ? { ...option, builderHint: { propertyHint } } : option;
}

/**
 * One Options field for each set of options; operations with the same set share it. The operation is
 * named with its slash, since the editor empties a collection when a field changes that it hangs on. The
 * first ones are for n8n's assistants.
 */
function optionFields(): INodeProperties[] {
	const setOf = ({ resource, options }: Operation) => [resource, ...options].join(' ');
	const shown = grouped(OPERATIONS, setOf).map((operations) => {
		const [{ resource, options }] = operations;
		const values = operations.map(({ value }) => value);
		return optionsField(options, { show: { resource: [resource], '/operation': values } });
	});
	return [
		...RESOURCES.map(({ value }) =>
			assistantOptions(OPERATIONS.filter(({ resource }) => resource === value)),
		),
		...shown,
	];
}
