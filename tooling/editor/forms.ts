import {
	NodeHelpers,
	type INodeParameters,
	type INodeProperties,
	type INodePropertyCollection,
	type INodePropertyOptions,
	type INodeTypeDescription,
	type NodeParameterValueType,
} from 'n8n-workflow';

import { nodeProperties } from '../../nodes/FluxImage/description/properties';

/** The node itself, or what n8n makes of it for an agent. */
export type FormKind = 'node' | 'tool';

/** The node's form as a person meets it: one gateway, operation and model. */
export interface Form {
	kind: FormKind;
	/** Tells gateway, operation and model: `vtrix-generateAndWait-flux_2_pro`. */
	name: string;
	gateway: string;
	/** What the form is set to; whatever else it shows has its default. */
	parameters: INodeParameters;
}

const properties = nodeProperties();

const NODE = { typeVersion: 1 };

/** n8n tells the two kinds apart by the name of the type. */
const TYPES = {
	node: { name: 'fluxImage', properties },
	tool: { name: 'fluxImageTool', properties },
} as unknown as Readonly<Record<FormKind, INodeTypeDescription>>;

/** Every form of the node: each gateway, with each operation that it has, with each model of its list. */
export function nodeForms(): Form[] {
	return formsOf('node', (models) => models);
}

/** The forms of the agent's tool: each gateway and operation, with the first model of the list. */
export function toolForms(): Form[] {
	return formsOf('tool', (models) => models.slice(0, 1));
}

function formsOf(kind: FormKind, pick: (models: string[]) => string[]): Form[] {
	return choicesOf(kind, {}, 'gateway').flatMap((gateway) =>
		choicesOf(kind, { gateway }, 'resource').flatMap((resource) =>
			choicesOf(kind, { gateway, resource }, 'operation').flatMap((operation) => {
				const head = { gateway, resource, operation };
				const models = pick(choicesOf(kind, head, 'model'));
				const nameWith = (...more: string[]) =>
					[...(kind === 'tool' ? [kind] : []), gateway, operation, ...more].join('-');
				if (models.length === 0) return [{ kind, name: nameWith(), gateway, parameters: head }];
				return models.map((model) => ({
					...{ kind, name: nameWith(model || 'asInItem'), gateway },
					parameters: { ...head, model },
				}));
			}),
		),
	);
}

/**
 * The same form with every field of its collections added, each at its default, and a row of Input Images
 * for each source, as many as the model takes. A switch that other fields hang on is on.
 */
export function withAllAdded(form: Form): Form {
	const added = Object.fromEntries(
		shownFields(form).flatMap(({ name, type, options, typeOptions }): NamedValue[] => {
			const fields = (options ?? []) as INodeProperties[];
			if (type === 'collection') return [[name, allOf(form, fields)]];
			if (type !== 'fixedCollection') return [];
			return [[name, rowsOf(options as INodePropertyCollection[], typeOptions?.maxAllowedFields)]];
		}),
	);
	return { ...form, name: `${form.name}-all`, parameters: { ...form.parameters, ...added } };
}

type NamedValue = [name: string, value: NodeParameterValueType];

/** The dropdowns that a form shows, by name, those of what is added to its collections among them. */
export function dropdownsOf(form: Form): string[] {
	const fields = shownFields(form).flatMap((field): INodeProperties[] => {
		const { name, type, options = [] } = field;
		if (type === 'collection') {
			const added = form.parameters[name] ?? {};
			return (options as INodeProperties[]).filter((option) => option.name in (added as object));
		}
		if (type !== 'fixedCollection' || !(name in form.parameters)) return [field];
		return (options as INodePropertyCollection[]).flatMap(({ values }) => values);
	});
	return [...new Set(fields.filter(({ type }) => type === 'options').map(({ name }) => name))];
}

/** The values that a dropdown offers beside these parameters, in its order; none where it does not show. */
function choicesOf(kind: FormKind, parameters: INodeParameters, name: string): string[] {
	const field = shown(kind, properties, parameters).find((each) => each.name === name);
	const options = (field?.options ?? []) as INodePropertyOptions[];
	return options
		.filter((option) => isShown(kind, option, parameters))
		.map(({ value }) => String(value));
}

function shownFields({ kind, parameters }: Form): INodeProperties[] {
	return shown(kind, properties, parameters);
}

function allOf({ kind, parameters }: Form, fields: readonly INodeProperties[]): INodeParameters {
	const isHungOn = (name: string) =>
		fields.some(({ displayOptions }) => displayOptions?.show?.[name]);
	const added: INodeParameters = {};
	for (;;) {
		const next = shown(kind, fields, added, parameters).find(({ name }) => !(name in added));
		if (!next) return added;
		added[next.name] = isHungOn(next.name) ? true : next.default;
	}
}

function rowsOf([row]: INodePropertyCollection[], atMost = Infinity): INodeParameters {
	if (!row) return {};
	const source = row.values.find(({ type }) => type === 'options');
	const sources = (source?.options ?? []) as INodePropertyOptions[];
	const rows = sources.slice(0, atMost).map(({ value }) => ({ [source?.name ?? '']: value }));
	return { [row.name]: rows };
}

function shown(
	kind: FormKind,
	fields: readonly INodeProperties[],
	values: INodeParameters,
	root: INodeParameters = values,
): INodeProperties[] {
	return fields.filter((field) => isShown(kind, field, values, root));
}

function isShown(
	kind: FormKind,
	field: INodeProperties | INodePropertyOptions,
	values: INodeParameters,
	root: INodeParameters = values,
): boolean {
	const { displayParameter } = NodeHelpers;
	return displayParameter(values, field as INodeProperties, NODE, TYPES[kind], root);
}
