import type { JsonObject } from 'n8n-workflow';
import { z } from 'zod';

import { expectationOf, isWord } from './describeConstraint';
import type { ModelOffer, ModelParameter } from './model';
import { ParameterError, type Fitting } from './parameterError';
import { choiceOfShape, choicesNextTo, isRatio, meaningsOf, ratioIn } from './ratio';

/** What the person's fields come to. */
export interface ReadParameters {
	/** Under the wire's names, nested as the request holds them. */
	readonly parameters: JsonObject;
	/** What shapes the request without being sent, under the node's names. */
	readonly switches: Record<string, unknown>;
}

/**
 * Checks a node's fields against the model's table and names them for the wire.
 *
 * @param given main and additional fields in one, as `getNodeParameter` gave them: numbers and booleans
 * may be strings; `''`, `null` and `undefined` mean not set. Fields that the offer lacks are left out.
 * @throws ParameterError for the first field, in the table's order, that the model would refuse
 */
export function readParameters(
	offer: ModelOffer,
	given: Readonly<Record<string, unknown>>,
): ReadParameters {
	const parameters: JsonObject = {};
	const switches: Record<string, unknown> = {};
	for (const row of offer.parameters) {
		const { name, wirePath, unsentValue } = row;
		const reading = schemaOf(row).safeParse(given[name]);
		if (!reading.success) throw refusal(row, given[name]);
		const value: unknown = reading.data;
		if (value === undefined || value === unsentValue) continue;
		if (wirePath === undefined) switches[name] = value;
		else setAt(parameters, wirePath.split('.'), onWire(row, value));
	}
	return { parameters, switches };
}

/** A value as the gateway spells it. */
function onWire({ sentAsText, wireNamesOfChoices }: ModelParameter, value: unknown) {
	if (sentAsText) return String(value);
	return (wireNamesOfChoices?.[String(value)] ?? value) as JsonObject[string];
}

/** Schemas are built when a row is first used: loading the node costs nothing for them. */
const schemas = new WeakMap<ModelParameter, z.ZodTypeAny>();

function schemaOf(parameter: ModelParameter): z.ZodTypeAny {
	const known = schemas.get(parameter);
	if (known) return known;
	const value = valueSchemas[parameter.type](parameter);
	const schema = z.preprocess(
		(given) => (isUnset(parameter, given) ? undefined : given),
		parameter.required ? value : value.optional(),
	);
	schemas.set(parameter, schema);
	return schema;
}

function isUnset(parameter: ModelParameter, given: unknown): boolean {
	if (given === undefined || given === null) return true;
	if (typeof given === 'string' && given.trim() === '') return true;
	return mayBeUnset(parameter) && numeric(given) === 0;
}

/**
 * Whether it is a number of its own field that a new node does not send. Such a field cannot be taken
 * away, so its zero means not set.
 */
export function mayBeUnset({ type, placement, initialValue }: ModelParameter): boolean {
	const isNumber = type === 'integer' || type === 'number';
	return isNumber && placement === 'main' && initialValue === undefined;
}

const valueSchemas: Record<ModelParameter['type'], (parameter: ModelParameter) => z.ZodTypeAny> = {
	text: () => z.preprocess(textual, z.string()),
	integer: (parameter) => z.preprocess(numeric, limited(z.number().int().safe(), parameter)),
	number: (parameter) => z.preprocess(numeric, limited(z.number().finite(), parameter)),
	boolean: () => z.preprocess(truth, z.boolean()),
	choice: ({ choices = [] }) =>
		z.preprocess(
			(given) => canonicalChoice(choices, choices.includes('jpeg') ? formatIn(given) : given),
			z.string().refine((value) => choices.includes(value)),
		),
	ratio: ({ choices = [], choicesOnly = false, sentAsListed = false }) => {
		const words = choices.filter(isWord);
		return z.preprocess(
			(given) => {
				const ratio = canonicalChoice(words, ratioIn(given));
				return sentAsListed ? choiceOfShape(choices, ratio) : ratio;
			},
			z.string().refine((value) => choices.includes(value) || (!choicesOnly && isRatio(value))),
		);
	},
};

function limited(
	schema: z.ZodNumber,
	{ minimum = -Infinity, maximum = Infinity, multipleOf }: ModelParameter,
): z.ZodNumber {
	const ranged = schema.min(minimum).max(maximum);
	return multipleOf === undefined ? ranged : ranged.multipleOf(multipleOf);
}

/** A number that came as text from an expression; anything else is left for the schema to refuse. */
export function numeric(given: unknown): unknown {
	return typeof given === 'string' && /^[+-]?\d+(\.\d+)?$/.test(given.trim())
		? Number(given)
		: given;
}

/** A number as the prompt is a fair text: an expression may give one. */
function textual(given: unknown): unknown {
	return typeof given === 'number' ? String(given) : given;
}

const TRUTHS = new Map<unknown, boolean>([
	['true', true],
	['false', false],
]);

export function truth(given: unknown): unknown {
	return typeof given === 'string' ? TRUTHS.get(given.trim().toLowerCase()) : given;
}

export function canonicalChoice(choices: readonly string[], given: unknown): unknown {
	if (typeof given !== 'string') return given;
	const meant = given.trim().toLowerCase();
	return choices.find((choice) => choice.toLowerCase() === meant) ?? given;
}

/** A file format by its other names: `jpg`, `.JPG`, `image/jpeg`. */
function formatIn(given: unknown): unknown {
	if (typeof given !== 'string') return given;
	const name = given.trim().replace(/^(image\/|\.)/i, '');
	return name.toLowerCase() === 'jpg' ? 'jpeg' : name;
}

function refusal(parameter: ModelParameter, value: unknown): ParameterError {
	const fitting = fittingOf(parameter, value);
	return new ParameterError(parameter.label, expectationOf(parameter), value, undefined, fitting);
}

/** What to take in place of a refused value. All of it is taken, so the value itself is never among it. */
function fittingOf(parameter: ModelParameter, value: unknown): Fitting {
	const isTaken = (candidate: unknown) => schemaOf(parameter).safeParse(candidate).success;
	switch (parameter.type) {
		case 'ratio':
			return fittingRatios(parameter, value, isTaken);
		case 'boolean':
			return { nearest: [true, false] };
		case 'choice':
			return { nearest: parameter.choices ?? [] };
		case 'integer':
		case 'number':
			return { nearest: nearestValues(parameter, numeric(value)).filter(isTaken) };
		case 'text':
			return {};
	}
}

/** Where the gateway lists its ratios, a name of a ratio that it does not list is told the next ones. */
function fittingRatios(
	{ choices = [], sentAsListed }: ModelParameter,
	value: unknown,
	isTaken: (candidate: unknown) => boolean,
): Fitting {
	const meanings = meaningsOf(value);
	if (meanings.includes('')) return { meant: [''] };
	const meant = sentAsListed
		? choices.filter((choice) => meanings.some((name) => choiceOfShape(choices, name) === choice))
		: meanings.filter(isTaken);
	return { meant, nearest: choicesNextTo(choices, meanings[0] ?? ratioIn(value)) };
}

/** The next values below and above that a number's row may take; none where the value is no number. */
function nearestValues(
	{ type, minimum, maximum, multipleOf }: ModelParameter,
	value: unknown,
): number[] {
	if (typeof value !== 'number' || !Number.isFinite(value)) return [];
	const step = multipleOf ?? (type === 'integer' ? 1 : 0);
	const least = minimum ?? Number.MIN_SAFE_INTEGER;
	const most = maximum ?? Number.MAX_SAFE_INTEGER;
	const within = Math.min(Math.max(value, least), most);
	const sides = [Math.floor, Math.ceil].map((round) =>
		step === 0 ? within : round(within / step) * step,
	);
	return [...new Set(sides)];
}

function setAt(target: JsonObject, path: readonly string[], value: JsonObject[string]): void {
	const [name = '', ...rest] = path;
	if (rest.length === 0) target[name] = value;
	else setAt((target[name] ??= {}) as JsonObject, rest, value);
}
