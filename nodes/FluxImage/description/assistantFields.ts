import type { INodeProperties } from 'n8n-workflow';

import type { ModelParameter } from '../models/model';
import type { Operation } from '../operations/operation';
import { byModelWords, takenWords } from './assistantWords';
import { allPairs } from './displayOptions';
import { inputImagesField } from './inputImagesField';
import { optionsField } from './options';
import { parameterField } from './parameterField';
import { commonParameter, soldParameters } from './variants';

/**
 * The condition of a form that n8n never shows, as there is no such version of the node. n8n's type
 * generator keeps the first of several properties of one name, prints its conditions, and knows none of
 * this one (docs/decisions/0009-words-for-assistants.md).
 */
const NEVER_SHOWN = { '@version': [1_000] };

/** A parameter in one form for all models, to stand before those that people see; none where one is all. */
export function assistantField(name: string): INodeProperties[] {
	const sold = soldParameters(name).map((row) => ({ ...row, words: takenWords(row.parameter) }));
	const propertyHint = byModelWords(sold);
	if (propertyHint === undefined) return [];
	const rows = sold.map(({ parameter }) => parameter);
	return [{ ...formOfAll(rows), builderHint: { propertyHint }, displayOptions: neverShown() }];
}

/** Input Images in one form for all models. */
export function assistantInputImages(maximumCount: number, description: string): INodeProperties {
	const sayings = allPairs()
		.map((pair) => ({ pair, count: pair.offer.inputImages?.maximumCount ?? 0 }))
		.filter(({ count }) => count > 0)
		.map(({ pair, count }) => ({
			pair,
			words: count === 1 ? 'one image' : `up to ${count} images`,
		}));
	return {
		...inputImagesField(maximumCount),
		description,
		builderHint: { propertyHint: byModelWords(sayings) ?? description },
		displayOptions: neverShown(),
	};
}

/** Additional Fields in one form for all models, each field once. */
export function assistantCollection(
	names: readonly string[],
	collection: INodeProperties,
): INodeProperties {
	const options = names.flatMap((name) =>
		assistantField(name).map((field) => ({ ...field, displayOptions: {} })),
	);
	return { ...collection, options, displayOptions: neverShown() };
}

/** Options of all operations of a resource in one form, and for which of them each is. */
export function assistantOptions(operations: readonly Operation[]): INodeProperties {
	const names = [...new Set(operations.flatMap(({ options }) => options))];
	const collection = optionsField(names, neverShown(operations[0]?.resource));
	const forms = collection.options as INodeProperties[];
	const options = names.flatMap((name) => {
		const able = operations.filter((each) => each.options.includes(name)).map(({ value }) => value);
		const [inNode, inTool] = forms.filter((form) => form.name === name);
		if (!inNode) return [];
		const words = [
			...(able.length < operations.length ? [`Only for ${able.join(', ')}`] : []),
			...(inTool && inTool.default !== inNode.default
				? [`By default ${String(inTool.default)} as a tool of an agent`]
				: []),
		];
		return [
			{
				...inNode,
				// In place of the forms of the node and of an agent's tool.
				...(inTool && { displayOptions: {} }),
				...(words.length > 0 && { builderHint: { propertyHint: words.join('. ') } }),
			},
		];
	});
	return { ...collection, options };
}

const neverShown = (resource: Operation['resource'] = 'image') => ({
	show: { resource: [resource], ...NEVER_SHOWN },
});

/** Without default and limits: those of one model are untrue of another. */
function formOfAll(rows: readonly ModelParameter[]): INodeProperties {
	const { displayName, name, type, options, required } = parameterField(commonParameter(rows));
	const description = rows[0]?.description ?? '';
	const field = { displayName, name, type, description, default: '' };
	return { ...field, ...(options && { options }), ...(required && { required }) };
}
