import { limitsOf } from '../../nodes/FluxImage/description/parameterField';
import { GATEWAYS } from '../../nodes/FluxImage/gateways';
import type { GatewayId } from '../../nodes/FluxImage/gateways/gateway';
import { models, offersOf } from '../../nodes/FluxImage/models';
import type { Model, ModelParameter, ParameterType } from '../../nodes/FluxImage/models/model';
import { code, table, type Language } from './markdown';

/** An expression that leaves a field to a language model. */
interface ToolField {
	readonly label: string;
	readonly places: readonly Place[];
	/** Without the `=` that a saved workflow has before it. */
	readonly expression: string;
}

/** Where a field is so. */
interface Place {
	/** Absent: every model. */
	readonly model?: string;
	/** Absent: every gateway that sells the model. */
	readonly gateways?: readonly GatewayId[];
}

const WORDS = {
	en: { head: ['Field', 'Models (gateways)', 'Expression'], all: 'all' },
	ru: { head: ['Поле', 'Модели (шлюзы)', 'Выражение'], all: 'все' },
} as const;

/** A table of the expressions for every field of a tool that a model may fill, from the models' tables. */
export function toolTable(language: Language): string {
	const { head, all } = WORDS[language];
	const told = ({ model = all, gateways }: Place) =>
		gateways ? `${model} (${namesOf(gateways)})` : model;
	return table(
		head,
		toolFields().map(({ label, places, expression }) => [
			label,
			places.map(told).join(', '),
			code(expression),
		]),
	);
}

const namesOf = (ids: readonly GatewayId[]) =>
	Object.values(GATEWAYS)
		.filter(({ id }) => ids.includes(id))
		.map(({ displayName }) => displayName)
		.join(', ');

/** The fields in the order of the form; one that means the same in several models stands once. */
function toolFields(): ToolField[] {
	const rows = models.flatMap((model) =>
		model.offers.flatMap(({ gateways, parameters }) =>
			parameters.filter(isToFill).map((parameter) => ({ model, gateways, parameter })),
		),
	);
	const byExpression = new Map<string, { label: string; sellers: Map<Model, GatewayId[]> }>();
	for (const { model, gateways, parameter } of rows) {
		const expression = expressionOf(parameter);
		const known = byExpression.get(expression) ?? {
			label: parameter.label,
			sellers: new Map<Model, GatewayId[]>(),
		};
		known.sellers.set(model, [...(known.sellers.get(model) ?? []), ...gateways]);
		byExpression.set(expression, known);
	}
	const fields = [...byExpression].map(([expression, { label, sellers }]) => ({
		...{ label, expression, places: placesOf(sellers) },
	}));
	// Those of one name side by side, in the order in which the names come up.
	const labels = [...new Set(fields.map(({ label }) => label))];
	return [
		...modelFields(),
		...labels.flatMap((label) => fields.filter((row) => row.label === label)),
	];
}

function placesOf(sellers: ReadonlyMap<Model, readonly GatewayId[]>): Place[] {
	const places = [...sellers].map(([{ name, offers }, gateways]) => {
		const sold = offers.flatMap((offer) => offer.gateways);
		return gateways.length === sold.length ? { model: name } : { model: name, gateways };
	});
	const isEverywhere =
		sellers.size === models.length && places.every((one) => !('gateways' in one));
	return isEverywhere ? [{}] : places;
}

/** What shapes the request alone is not for a model to decide. */
const isToFill = ({ wirePath, placement }: ModelParameter) =>
	wirePath !== undefined || placement === 'main';

function modelFields(): ToolField[] {
	return Object.values(GATEWAYS).map(({ id }) => {
		const ids = offersOf(id).map(({ offer }) => offer.id);
		return {
			label: 'Model',
			places: [{ gateways: [id] }],
			expression: fromAI('model', `Which FLUX model draws (${oneOf(ids)})`, 'string'),
		};
	});
}

/** The types that `$fromAI` knows. */
const TYPES: Readonly<Record<ParameterType, 'string' | 'number' | 'boolean'>> = {
	text: 'string',
	choice: 'string',
	ratio: 'string',
	integer: 'number',
	number: 'number',
	boolean: 'boolean',
};

/** The expression that leaves a parameter's field to a language model. */
export function expressionOf(parameter: ModelParameter): string {
	const { name, type, description } = parameter;
	const [sentence = ''] = description.split('. ');
	const takes = wordsOf(parameter);
	return fromAI(name, takes === undefined ? sentence : `${sentence} (${takes})`, TYPES[type]);
}

/** What the model may give; a ratio is one of the dropdown's, which every gateway takes. */
function wordsOf(parameter: ModelParameter): string | undefined {
	const { type, choices = [] } = parameter;
	switch (type) {
		case 'text':
			return undefined;
		case 'boolean':
			return 'true or false';
		case 'choice':
		case 'ratio':
			return oneOf(choices);
		case 'integer':
		case 'number':
			return limitsOf(parameter);
	}
}

const oneOf = (words: readonly string[]) =>
	`${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;

function fromAI(name: string, description: string, type: string): string {
	return `{{ $fromAI('${name}', '${description.replaceAll("'", String.raw`\'`)}', '${type}') }}`;
}
