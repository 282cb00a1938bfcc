import type { IExecuteFunctions } from 'n8n-workflow';

import { asObject } from '../core/json';
import { ParameterError } from '../models/parameterError';
import { canonicalChoice, numeric, truth } from '../models/validation';
import { isAgentTool } from './caller';

const ON_TIMEOUT = ['cancelTask', 'error', 'returnTask'] as const;
const REUSE_IN_TEST_RUNS = ['always', 'never', 'whenSeedIsSet'] as const;
const SHARE_LINKS = ['off', '1h', '1d', '7d'] as const;

/** An option's name in the editor, and what it is where the person did not add it. */
interface OptionRow {
	readonly label: string;
	readonly default: string | number | boolean;
	/** What it is in an agent's tool, if not the default. */
	readonly toolDefault?: string | number | boolean;
}

/** Every option of the node. */
export const OPTIONS = {
	cancelOnStop: { label: 'Cancel on Stop', default: true },
	// n8n drops a tool's files, and keeps them for ever where a call by MCP has no execution to prune.
	downloadImages: { label: 'Download Images', default: true, toolDefault: false },
	includeInputFields: { label: 'Include Input Fields', default: false },
	includeRawResponse: { label: 'Include Raw Response', default: false },
	maxConcurrentTasks: { label: 'Max Concurrent Tasks', default: 10 },
	maxPaidTasks: { label: 'Max Paid Tasks per Execution', default: 10 },
	maxImageSize: { label: 'Max Image Size (MB)', default: 100 },
	onTimeout: { label: 'On Timeout', default: 'error' },
	payOnceKey: { label: 'Pay Once Key', default: '' },
	pollInterval: { label: 'Poll Interval (Seconds)', default: 2 },
	binaryPropertyName: { label: 'Put Output File in Field', default: 'data' },
	reuseInTestRuns: { label: 'Reuse in Test Runs', default: 'whenSeedIsSet' },
	shareLink: { label: 'Share Link', default: 'off' },
	timeout: { label: 'Timeout (Seconds)', default: 600 },
} as const satisfies Record<string, OptionRow>;

export type OptionName = keyof typeof OPTIONS;

/** What an option is where the person did not add it, in the node itself or in an agent's tool. */
export function defaultOf(name: OptionName, isTool: boolean): OptionRow['default'] {
	const row: OptionRow = OPTIONS[name];
	return (isTool ? row.toolDefault : undefined) ?? row.default;
}

/** A number of at least so much, also where an expression gave it as text. */
function numberIn(value: unknown, minimum: number): number | undefined {
	const read = numeric(value);
	return typeof read === 'number' && Number.isFinite(read) && read >= minimum ? read : undefined;
}

function booleanIn(value: unknown): boolean | undefined {
	const read = truth(value);
	return typeof read === 'boolean' ? read : undefined;
}

/** A blank name is the default: the field cannot be empty otherwise. */
const fieldNameIn = (value: unknown): string | undefined =>
	typeof value === 'string' || typeof value === 'number'
		? String(value).trim() || OPTIONS.binaryPropertyName.default
		: undefined;

/** Expressions as they are written, and not what they give. */
export const RAW = { rawExpressions: true } as const;

/**
 * The options of an item; an option that was not added has its default. An expression may give a
 * number, a boolean or a choice as text; one that gives nothing stands for no default.
 *
 * @throws ParameterError where a value is none that the option takes: what is misread costs money
 */
export function readOptions(context: IExecuteFunctions, itemIndex: number) {
	const given = asObject(context.getNodeParameter('options', itemIndex, {}));
	const written = asObject(context.getNodeParameter('options', itemIndex, {}, RAW));
	const isTool = isAgentTool(context);
	// The editor stores null where a person has emptied a number field; an expression never is null.
	const isSet = (name: OptionName) => name in given && written[name] !== null;
	/** @param meaningOf what a value stands for; undefined where it is none that the option takes */
	const read = <T>(
		name: OptionName,
		expected: string,
		meaningOf: (value: unknown) => T | undefined,
	): T => {
		const value = isSet(name) ? given[name] : defaultOf(name, isTool);
		const meaning = meaningOf(value);
		if (meaning !== undefined) return meaning;
		throw new ParameterError(OPTIONS[name].label, expected, value);
	};
	const number = (name: OptionName, minimum: number) =>
		read(name, `a number of ${minimum} or more`, (value) => numberIn(value, minimum));
	const numberAboveZero = (name: OptionName) =>
		read(name, 'a number above 0', (value) => numberIn(value, Number.MIN_VALUE));
	const boolean = (name: OptionName) => read(name, 'true or false', booleanIn);
	const oneOf = <T extends string>(name: OptionName, choices: readonly T[]) =>
		read(name, choices.join(', ').replace(/, (?=\w+$)/, ' or '), (value) =>
			choices.find((choice) => choice === canonicalChoice(choices, value)),
		);
	return {
		timeoutMs: numberAboveZero('timeout') * 1000,
		/** What happens to an item whose task is not finished in time. */
		onTimeout: oneOf('onTimeout', ON_TIMEOUT),
		cancelOnStop: boolean('cancelOnStop'),
		maxConcurrentTasks: Math.floor(number('maxConcurrentTasks', 1)),
		/** Absent: polls are timed by the schedule. */
		...(isSet('pollInterval') && { pollIntervalMs: number('pollInterval', 0.1) * 1000 }),
		/** Absent: an execution may pay for as many tasks as it likes. */
		...('maxPaidTasks' in given && { maxPaidTasks: Math.floor(number('maxPaidTasks', 0)) }),
		/** Which earlier test run's pictures a test run takes instead of paying again. */
		reuseInTestRuns: oneOf('reuseInTestRuns', REUSE_IN_TEST_RUNS),
		/** Whether pictures get a link for whoever has it, and how long it lives. */
		shareLink: oneOf('shareLink', SHARE_LINKS),
		downloadImages: boolean('downloadImages'),
		binaryPropertyName: read('binaryPropertyName', 'the name of a field', fieldNameIn),
		maxImageBytes: numberAboveZero('maxImageSize') * 1_000_000,
		includeInputFields: boolean('includeInputFields'),
		includeRawResponse: boolean('includeRawResponse'),
	};
}

/** The options of an item, read and checked; units in the names. */
export type TaskOptions = Readonly<ReturnType<typeof readOptions>>;

/** The options that shape whatever an item puts out, its error too. */
export type OutputOptions = Pick<TaskOptions, 'binaryPropertyName' | 'includeInputFields'>;

/** The same, as far as they can be read, of an item whose options are wrong. */
export function readOutputOptions(context: IExecuteFunctions, itemIndex: number): OutputOptions {
	const given = (name: keyof OutputOptions): unknown => {
		try {
			return context.getNodeParameter(`options.${name}`, itemIndex, OPTIONS[name].default);
		} catch {
			return undefined;
		}
	};
	return {
		binaryPropertyName:
			fieldNameIn(given('binaryPropertyName')) ?? OPTIONS.binaryPropertyName.default,
		includeInputFields: booleanIn(given('includeInputFields')) ?? false,
	};
}
