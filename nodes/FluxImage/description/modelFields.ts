import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { GATEWAYS } from '../gateways';
import type { Gateway } from '../gateways/gateway';
import { idsOf, MODEL_OF_ITEM, models, offersOf, OTHER_MODEL, type SoldModel } from '../models';
import { inputImagesField } from './inputImagesField';
import type { Model, ModelParameter } from '../models/model';
import { OTHER_PARAMETERS_NAME } from '../models/otherParameters';
import { n } from '../models/parameters';
import { sortByName } from './parameterField';
import { allPairs, BY_GATEWAY, BY_MODEL, byModels, shownForUnknown } from './displayOptions';
import { variants } from './variants';

/**
 * The fields of all models, each shown for the gateways and models whose tables hold it. Several
 * properties may bear one name: their conditions never meet, neither for a model that is sold nor for one
 * that an expression gives.
 */
export function modelFields(): INodeProperties[] {
	const [prompt = '', ...names] = parameterNames('main').filter((name) => name !== n.name);
	return [
		...Object.values(GATEWAYS).flatMap(modelFieldsOf),
		...modelIdFields(),
		otherParametersField,
		...mainFields(prompt),
		...inputImagesFields(),
		// What a picture is to be stands before how many of it.
		...[...names, n.name].flatMap(mainFields),
		additionalFields(),
	];
}

/** The Model dropdown of a gateway; a second one for tasks where their URLs hold the model. */
function modelFieldsOf(gateway: Gateway): INodeProperties[] {
	const { displayName, modelInTaskUrl } = gateway;
	const ofImage = modelField(gateway, 'image', {
		description: `The model to use, as ${displayName} sells it`,
	});
	if (!modelInTaskUrl) return [ofImage];
	const hint = `The model that made the task: ${displayName} finds a task by both`;
	const ofTask = modelField(gateway, 'task', { hint });
	return [
		ofImage,
		{ ...ofTask, options: [AS_IN_THE_ITEM, ...(ofTask.options ?? [])], default: MODEL_OF_ITEM },
	];
}

/** The first choice for a task. */
const AS_IN_THE_ITEM: INodePropertyOptions = {
	name: 'As in the Item',
	value: MODEL_OF_ITEM,
	description:
		'The model that the item names beside this Request ID; where it names none, FLUX.1 Kontext [max]',
};

function modelField(
	{ id }: Gateway,
	resource: string,
	words: Pick<INodeProperties, 'description' | 'hint'>,
): INodeProperties {
	const sold = offersOf(id);
	const first = sold[0]?.offer.id ?? OTHER_MODEL;
	return {
		displayName: 'Model',
		name: 'model',
		type: 'options',
		options: sortByName([
			...sold.flatMap(modelOptions),
			{
				name: 'Other (Any Model ID)',
				value: OTHER_MODEL,
				description: 'A model that is not in the list, by the ID that the gateway gives it',
			},
		]),
		default: first,
		...words,
		displayOptions: { show: { resource: [resource], [BY_GATEWAY]: [id] } },
	};
}

/**
 * A model's entry, and entries for its ids at other gateways: whichever of them a node holds is the one
 * that shows, so that the editor knows the model again after a switch of the gateway.
 */
function modelOptions({ model, offer }: SoldModel): INodePropertyOptions[] {
	const { name, description } = model;
	const foreignIds = idsOf(model).filter((id) => id !== offer.id);
	if (foreignIds.length === 0) return [{ name, value: offer.id, description }];
	return [
		{
			name,
			value: offer.id,
			description,
			displayOptions: { hide: { [BY_MODEL]: foreignIds } },
		},
		...foreignIds.map((value) => ({
			name,
			value,
			description,
			displayOptions: { show: { [BY_MODEL]: [value] } },
		})),
	];
}

function modelIdFields(): INodeProperties[] {
	return [true, false].flatMap((inTaskUrl) => {
		const gateway = Object.values(GATEWAYS)
			.filter(({ modelInTaskUrl }) => modelInTaskUrl === inTaskUrl)
			.map(({ id }) => id);
		return gateway.length === 0 ? [] : [modelIdField(resources(inTaskUrl), gateway)];
	});
}

/** Not `required`: with an expression as Model n8n shows it, and would not publish it empty. The run checks it. */
function modelIdField(resource: string[], gateway: string[]): INodeProperties {
	return {
		displayName: 'Model ID',
		name: 'modelId',
		type: 'string',
		default: '',
		placeholder: 'e.g. flux_kontext_max',
		description: "The ID of the model, as the gateway's page of the model spells it",
		displayOptions: { show: { resource, [BY_GATEWAY]: gateway, [BY_MODEL]: [OTHER_MODEL] } },
	};
}

const resources = (modelInTaskUrl: boolean) => (modelInTaskUrl ? ['image', 'task'] : ['image']);

const otherParametersField: INodeProperties = {
	displayName: OTHER_PARAMETERS_NAME,
	name: 'parameters',
	type: 'json',
	default: '{\n  "prompt": ""\n}',
	description: "The model's parameters under the gateway's own names; they are sent as they are",
	displayOptions: { show: { resource: ['image'], [BY_MODEL]: [OTHER_MODEL] } },
};

function mainFields(name: string): INodeProperties[] {
	return variants(name).map(({ field, displayOptions: { show, hide } }) => ({
		...field,
		displayOptions: { show: { resource: ['image'], ...show }, ...(hide ? { hide } : {}) },
	}));
}

/**
 * Shown by model alone: images stay while the person, on a new gateway, looks for another model. The
 * first one is for a model that an expression gives.
 */
function inputImagesFields(): INodeProperties[] {
	const counts = [...new Set(models.map(maximumImages).filter((count) => count > 0))];
	const modelIdsOf = (count: number) =>
		models.filter((model) => maximumImages(model) === count).flatMap(idsOf);
	const { show, hide = {} } = shownForUnknown(Object.values(GATEWAYS).map(({ id }) => id));
	return [
		{
			...inputImagesField(Math.max(...counts)),
			description: IMAGES_OF_ANY_MODEL,
			displayOptions: { show: { resource: ['image'], ...show }, hide },
		},
		...counts.map((count) => ({
			...inputImagesField(count),
			displayOptions: { show: { resource: ['image'], ...byModels(modelIdsOf(count)) } },
		})),
	];
}

const IMAGES_OF_ANY_MODEL =
	'Images to edit or to draw from, as many as the model takes. The prompt may name them by their order.';

const maximumImages = ({ offers }: Model) =>
	Math.max(...offers.map(({ inputImages }) => inputImages?.maximumCount ?? 0));

/** One collection for all models, so that what was added stays when the gateway is switched. */
function additionalFields(): INodeProperties {
	const fields = parameterNames('additional')
		.flatMap(variants)
		.map(({ field, displayOptions }) => ({ ...field, displayOptions: { ...displayOptions } }));
	return {
		displayName: 'Additional Fields',
		name: 'additionalFields',
		type: 'collection',
		placeholder: 'Add field',
		default: {},
		options: fields.sort((one, other) => one.displayName.localeCompare(other.displayName, 'en')),
		displayOptions: { show: { resource: ['image'] }, hide: { [BY_MODEL]: [OTHER_MODEL] } },
	};
}

function parameterNames(placement: ModelParameter['placement']): string[] {
	const rows = allPairs().flatMap(({ offer }) => offer.parameters);
	return [...new Set(rows.filter((row) => row.placement === placement).map(({ name }) => name))];
}
