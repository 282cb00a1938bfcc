import type { INodeProperties } from 'n8n-workflow';

import { idsOf, models, OTHER_MODEL } from '../models';
import { assistantCollection, assistantField, assistantInputImages } from './assistantFields';
import { inputImagesField } from './inputImagesField';
import type { Model, ModelParameter } from '../models/model';
import { OTHER_PARAMETERS_NAME } from '../models/otherParameters';
import { n } from '../models/parameters';
import { modelDropdowns, modelIdFields } from './modelDropdowns';
import { ALL_GATEWAYS, allPairs, BY_MODEL, byModels, shownForUnknown } from './displayOptions';
import { variants } from './variants';

/**
 * The fields of all models, each shown for the gateways and models whose tables hold it. Several
 * properties may bear one name: their conditions never meet, neither for a model that is sold nor for one
 * that an expression gives. The first of a name may be one for n8n's assistants alone, which never shows.
 */
export function modelFields(): INodeProperties[] {
	const [prompt = '', ...names] = parameterNames('main').filter((name) => name !== n.name);
	return [
		...modelDropdowns(),
		...modelIdFields(),
		otherParametersField,
		...mainFields(prompt),
		...inputImagesFields(),
		// What a picture is to be stands before how many of it.
		...[...names, n.name].flatMap(mainFields),
		...additionalFields(),
	];
}

const otherParametersField: INodeProperties = {
	displayName: OTHER_PARAMETERS_NAME,
	name: 'parameters',
	type: 'json',
	default: '{\n  "prompt": ""\n}',
	description: "The model's parameters under the gateway's own names; they are sent as they are",
	displayOptions: { show: { resource: ['image'], [BY_MODEL]: [OTHER_MODEL] } },
};

function mainFields(name: string): INodeProperties[] {
	const shown = variants(name).map(({ field, displayOptions: { show, hide } }) => ({
		...field,
		displayOptions: { show: { resource: ['image'], ...show }, ...(hide ? { hide } : {}) },
	}));
	return [...assistantField(name), ...shown];
}

/**
 * Shown by model alone: images stay while the person, on a new gateway, looks for another model. The
 * first one that shows is for a model that an expression gives.
 */
function inputImagesFields(): INodeProperties[] {
	const counts = [...new Set(models.map(maximumImages).filter((count) => count > 0))];
	const modelIdsOf = (count: number) =>
		models.filter((model) => maximumImages(model) === count).flatMap(idsOf);
	const { show, hide = {} } = shownForUnknown(ALL_GATEWAYS);
	return [
		assistantInputImages(Math.max(...counts), IMAGES_OF_ANY_MODEL),
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
function additionalFields(): INodeProperties[] {
	const names = parameterNames('additional');
	const fields = names
		.flatMap(variants)
		.map(({ field, displayOptions }) => ({ ...field, displayOptions }));
	const collection: INodeProperties = {
		displayName: 'Additional Fields',
		name: 'additionalFields',
		type: 'collection',
		placeholder: 'Add field',
		default: {},
		options: fields.sort((one, other) => one.displayName.localeCompare(other.displayName, 'en')),
		displayOptions: { show: { resource: ['image'] }, hide: { [BY_MODEL]: [OTHER_MODEL] } },
	};
	return [assistantCollection(names, collection), collection];
}

function parameterNames(placement: ModelParameter['placement']): string[] {
	const rows = allPairs().flatMap(({ offer }) => offer.parameters);
	return [...new Set(rows.filter((row) => row.placement === placement).map(({ name }) => name))];
}
