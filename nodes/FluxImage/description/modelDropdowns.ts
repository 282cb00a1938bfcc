import type { IDisplayOptions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { GatewayId } from '../gateways/gateway';
import { idsOf, MODEL_OF_ITEM, models, offersOf, OTHER_MODEL } from '../models';
import type { Model } from '../models/model';
import { soldWords } from './assistantWords';
import { ALL_GATEWAYS, allPairs, BY_GATEWAY, BY_MODEL, FIND_BY_MODEL } from './displayOptions';
import { sortByName } from './parameterField';

/** One that every gateway sells, so that a new node is right wherever it is switched to. */
const FIRST_MODEL = offersOf('seaArtCloud')[0]?.offer.id ?? OTHER_MODEL;

/**
 * The Model dropdown of Image and that of Task. One property for all gateways, whose entries show by
 * gateway: of several properties of one name n8n's assistants see the first alone
 * (docs/decisions/0009-words-for-assistants.md).
 */
export function modelDropdowns(): INodeProperties[] {
	return [
		{
			displayName: 'Model',
			name: 'model',
			type: 'options',
			options: entriesAt(ALL_GATEWAYS),
			default: FIRST_MODEL,
			description: 'The model to use, from those that the gateway sells',
			builderHint: {
				propertyHint: `Sold are ${soldWords(allPairs())}. Where the value is ${OTHER_MODEL}, the ID stands in modelId, and all that is sent in parameters.`,
			},
			displayOptions: { show: { resource: ['image'] } },
		},
		{
			displayName: 'Model',
			name: 'model',
			type: 'options',
			options: [AS_IN_THE_ITEM, ...entriesAt(FIND_BY_MODEL)],
			default: MODEL_OF_ITEM,
			hint: 'The model that made the task: this gateway finds a task by both',
			builderHint: {
				propertyHint:
					'Leave it out where the item comes from this node. Else the ID of the model that made the task.',
			},
			displayOptions: { show: { resource: ['task'], [BY_GATEWAY]: [...FIND_BY_MODEL] } },
		},
	];
}

/** The first choice for a task. */
const AS_IN_THE_ITEM: INodePropertyOptions = {
	name: 'As in the Item',
	value: MODEL_OF_ITEM,
	description:
		'The model that the item names beside this Request ID; where it names none, FLUX.1 Kontext [max]',
};

function entriesAt(gateways: readonly GatewayId[]): INodePropertyOptions[] {
	return sortByName([
		...models.flatMap((model) => entriesOf(model, gateways)),
		{
			name: 'Other (Any Model ID)',
			value: OTHER_MODEL,
			description: 'A model that is not in the list, by the ID that the gateway gives it',
		},
	]);
}

/**
 * A model's entry at the gateways that call it by an ID, and for each ID an entry at those that call it
 * otherwise: whichever ID a node holds is the one that shows, so that the editor knows the model again
 * after a switch of the gateway.
 */
function entriesOf(model: Model, gateways: readonly GatewayId[]): INodePropertyOptions[] {
	const { name, description } = model;
	const ids = idsOf(model);
	return ids.flatMap((value) => {
		const gatewaysOf = (isOwn: boolean) =>
			model.offers
				.filter((offer) => (offer.id === value) === isOwn)
				.flatMap((offer) => offer.gateways.filter((id) => gateways.includes(id)));
		const foreign = ids.filter((id) => id !== value);
		const conditions = [
			{
				show: { [BY_GATEWAY]: gatewaysOf(true) },
				...(foreign.length > 0 && { hide: { [BY_MODEL]: foreign } }),
			},
			{ show: { [BY_GATEWAY]: gatewaysOf(false), [BY_MODEL]: [value] } },
		];
		return conditions
			.filter(({ show }) => show[BY_GATEWAY].length > 0)
			.map((displayOptions) => ({ name, value, description, displayOptions }));
	});
}

/** Where Model is Other: its ID. */
export function modelIdFields(): INodeProperties[] {
	return [
		modelIdField({ resource: ['image'] }),
		modelIdField({ resource: ['task'], [BY_GATEWAY]: [...FIND_BY_MODEL] }),
	];
}

/** Not `required`: with an expression as Model n8n shows it, and would not publish it empty. The run checks it. */
function modelIdField(show: NonNullable<IDisplayOptions['show']>): INodeProperties {
	return {
		displayName: 'Model ID',
		name: 'modelId',
		type: 'string',
		default: '',
		placeholder: 'e.g. flux_kontext_max',
		description: "The ID of the model, as the gateway's page of the model spells it",
		displayOptions: { show: { ...show, [BY_MODEL]: [OTHER_MODEL] } },
	};
}
