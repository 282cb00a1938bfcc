import { limitsOf } from '../../nodes/FluxImage/description/parameterField';
import { GATEWAYS } from '../../nodes/FluxImage/gateways';
import { models, offersOf } from '../../nodes/FluxImage/models';
import type { ModelParameter, ParameterType } from '../../nodes/FluxImage/models/model';
import { code, table, type Language } from './markdown';

/** An expression that leaves a field to a language model. */
export interface ToolField {
	readonly label: string;
	/** The gateways or models that have the field so. */
	readonly where: readonly string[];
	/** Without the `=` that a saved workflow has before it. */
	readonly expression: string;
}

const HEADINGS = {
	en: ['Field', 'Of', 'Expression'],
	ru: ['Поле', 'Где', 'Выражение'],
} as const;

/** A table of the expressions for every field of a tool that a model may fill, from the models' tables. */
export function toolTable(language: Language): string {
	return table(
		HEADINGS[language],
		toolFields().map(({ label, where, expression }) => [label, where.join(', '), code(expression)]),
	);
}

/** The fields in the order of the form; one that means the same in several models stands once. */
export function toolFields(): ToolField[] {
	const rows = models.flatMap((model) =>
		model.offers.flatMap(({ parameters }) =>
			parameters.filter(isToFill).map((parameter) => ({ model: model.name, parameter })),
		),
	);
	const byExpression = new Map<string, { label: string; where: Set<string> }>();
	for (const { model, parameter } of rows) {
		const expression = expressionOf(parameter);
		const known = byExpression.get(expression);
		if (known) known.where.add(model);
		else byExpression.set(expression, { label: parameter.label, where: new Set([model]) });
	}
	const fields = [...byExpression].map(([expression, { label, where }]) => ({
		...{ label, expression, where: [...where] },
	}));
	// Those of one name side by side, in the order in which the names come up.
	const labels = [...new Set(fields.map(({ label }) => label))];
	return [
		...modelFields(),
		...labels.flatMap((label) => fields.filter((row) => row.label === label)),
	];
}

/** What shapes the request alone is not for a model to decide. */
const isToFill = ({ wirePath, placement }: ModelParameter) =>
	wirePath !== undefined || placement === 'main';

function modelFields(): ToolField[] {
	return Object.values(GATEWAYS).map(({ id, displayName }) => {
		const ids = offersOf(id).map(({ offer }) => offer.id);
		return {
			label: 'Model',
			where: [displayName],
			expression: fromAI('model', `Which FLUX model draws (${oneOf(ids)})`, 'string'),
		};
	});
}

/** The types that `$fromAI` knows. */
const TYPES: Readonly<Record<ParameterType, 'string' | 'number' | 'boolean'>> = {
	text: 'string',
	string: 'string',
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
		case 'string':
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
