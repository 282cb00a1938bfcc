import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { expectationOf, isWord } from '../models/describeConstraint';
import type { ModelParameter, ParameterType } from '../models/model';
import { mayBeUnset } from '../models/validation';

/** A row of a model's table as a field of the editor, without the conditions of its showing. */
export function parameterField(parameter: ModelParameter): INodeProperties {
	const { name, label, required, placeholder } = parameter;
	const hint = hintOf(parameter);
	return {
		displayName: label,
		name,
		...forms[parameter.type](parameter),
		description: describe(parameter),
		...(required && { required }),
		...(placeholder !== undefined && { placeholder }),
		...(hint !== undefined && { hint }),
	};
}

type FieldForm = Pick<INodeProperties, 'type' | 'default' | 'typeOptions' | 'options'>;

/** How people write what the wire spells otherwise. */
const CHOICE_NAMES: Readonly<Record<string, string>> = { jpeg: 'JPEG', png: 'PNG', webp: 'WebP' };

const forms: Record<ParameterType, (parameter: ModelParameter) => FieldForm> = {
	text: ({ placement, initialValue = '' }) => ({
		type: 'string',
		typeOptions: { rows: placement === 'main' ? 4 : 2 },
		default: initialValue,
	}),
	integer: (parameter) => numberForm(parameter, 0),
	number: (parameter) => numberForm(parameter, 2),
	boolean: ({ initialValue, gatewayDefault }) => ({
		type: 'boolean',
		default: initialValue ?? gatewayDefault ?? false,
	}),
	choice: ({ choices = [], initialValue, gatewayDefault }) => ({
		type: 'options',
		options: sortByName(choices.map((value) => ({ name: CHOICE_NAMES[value] ?? value, value }))),
		default: initialValue ?? gatewayDefault ?? choices[0] ?? '',
	}),
	ratio: ({ choices = [], initialValue = '', gatewayDefault }) => ({
		type: 'options',
		options: [
			{ name: 'Default', value: '', description: defaultDescription(gatewayDefault) },
			...sortByName(choices.map(ratioOption)),
		],
		default: initialValue,
	}),
};

function numberForm(parameter: ModelParameter, numberPrecision: number): FieldForm {
	const { minimum, maximum, initialValue } = parameter;
	// Zero, which means "not sent", must stay possible where the person need not give a number.
	const lowest = mayBeUnset(parameter) ? 0 : minimum;
	return {
		type: 'number',
		typeOptions: {
			numberPrecision,
			...(lowest !== undefined && { minValue: lowest }),
			...(maximum !== undefined && { maxValue: maximum }),
		},
		default: initialValue ?? (mayBeUnset(parameter) ? 0 : fallback(parameter)),
	};
}

function fallback({ gatewayDefault, minimum }: ModelParameter): number {
	return typeof gatewayDefault === 'number' ? gatewayDefault : (minimum ?? 0);
}

/** What a number takes, in the words of its error; zero, where it means "not sent", too. */
export function limitsOf(parameter: ModelParameter): string {
	const expected = expectationOf(parameter);
	return mayBeUnset(parameter) ? `${expected}; 0 leaves it to the gateway` : expected;
}

function hintOf(parameter: ModelParameter): string | undefined {
	return parameter.multipleOf === undefined ? undefined : capitalize(limitsOf(parameter));
}

function defaultDescription(gatewayDefault: ModelParameter['gatewayDefault']): string {
	if (gatewayDefault === undefined) return 'Nothing is sent: the gateway decides';
	return `Nothing is sent: the gateway takes ${gatewayDefault}`;
}

/**
 * The limits are told: the editor silently corrects a number to them, and whoever lets a model fill the
 * field by `$fromAI` has to tell it.
 */
function describe(parameter: ModelParameter): string {
	const { type, choicesOnly, description } = parameter;
	const isNumber = type === 'integer' || type === 'number';
	return isNumber || choicesOnly ? `${description} (${limitsOf(parameter)})` : description;
}

function ratioOption(choice: string): INodePropertyOptions {
	if (isWord(choice)) return { name: choice.split('_').map(capitalize).join(' '), value: choice };
	const [across = 0, down = 0] = choice.split(':').map(Number);
	const shape = across === down ? 'Square' : across > down ? 'Landscape' : 'Portrait';
	return { name: `${choice} (${shape})`, value: choice };
}

function capitalize(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}

/** By name, numbers by their size: `3:2` before `16:9`. */
export function sortByName<T extends { readonly name: string }>(options: readonly T[]): T[] {
	return [...options].sort((one, other) =>
		one.name.localeCompare(other.name, 'en', { numeric: true }),
	);
}
