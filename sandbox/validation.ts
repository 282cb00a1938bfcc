import type { ModelTable, ParameterRule } from './models';

/** Parameters as they came, once they are known to be an object. */
export type Parameters = Readonly<Record<string, unknown>>;

/** One thing wrong with a create. */
export interface Complaint {
	/** Where, from the outside in: `['prompt']`, `['metadata', 'resolution']`. */
	path: string[];
	message: string;
	/** The kind of complaint, in the words of the queue API's detail lists. */
	type: string;
}

type RuleOf<Type extends ParameterRule['type']> = Extract<ParameterRule, { type: Type }>;
type Check<Type extends ParameterRule['type']> = (
	value: unknown,
	rule: RuleOf<Type>,
) => string | undefined;

const widestRatio = 21 / 9;

const checks: { [Type in ParameterRule['type']]: Check<Type> } = {
	text: (value, rule) => {
		if (typeof value !== 'string') return 'must be a string';
		return rule.required && value.trim() === '' ? 'must not be empty' : undefined;
	},
	integer: (value, rule) => {
		if (!Number.isSafeInteger(value)) return 'must be an integer';
		return rule.zeroIsNone && value === 0 ? undefined : outsideRange(value as number, rule);
	},
	number: (value, rule) =>
		typeof value === 'number' ? outsideRange(value, rule) : 'must be a number',
	boolean: (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'),
	choice: (value, rule) =>
		typeof value === 'string' && rule.choices.includes(value)
			? undefined
			: `must be one of ${rule.choices.join(', ')}`,
	ratio: (value) => {
		const ratio = typeof value === 'string' ? ratioOf(value) : undefined;
		if (ratio === undefined) return 'must be a ratio such as 16:9';
		const inside = ratio <= widestRatio && ratio >= 1 / widestRatio;
		return inside ? undefined : 'must be between 21:9 and 9:21';
	},
	image: (value, rule) => {
		if (typeof value !== 'string' || value === '') return 'must be base64 image data';
		if (value.startsWith('data:')) return 'must be base64 without a data: prefix';
		if (isUrl(value)) return rule.urls ? undefined : 'must be base64 image data, not a URL';
		return undefined;
	},
	imageUrls: (value, rule) => {
		if (!Array.isArray(value)) return 'must be a list of image URLs';
		if (value.length > rule.most) return `must hold at most ${rule.most} image URLs`;
		return value.every(isUrl) ? undefined : 'must hold http or https URLs only';
	},
	object: (value) => (isObject(value) ? undefined : 'must be an object'),
};

/** The value of `16:9`; undefined when the text is no ratio. */
export function ratioOf(text: string): number | undefined {
	const [, width, height] = /^(\d{1,5}):(\d{1,5})$/.exec(text) ?? [];
	const ratio = Number(width) / Number(height);
	return Number.isFinite(ratio) && ratio > 0 ? ratio : undefined;
}

/** Whether a value is a text that starts like an http or https URL. */
export function isUrl(value: unknown): value is string {
	return typeof value === 'string' && /^https?:\/\//i.test(value);
}

/** Whether a value is a JSON object: neither null nor a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function outsideRange(
	value: number,
	rule: { minimum?: number; maximum?: number; multipleOf?: number },
): string | undefined {
	const { minimum = -Infinity, maximum = Infinity, multipleOf } = rule;
	if (value < minimum) return `must be at least ${minimum}`;
	if (value > maximum) return `must be at most ${maximum}`;
	if (multipleOf !== undefined && value % multipleOf !== 0) {
		return `must be a multiple of ${multipleOf}`;
	}
	return undefined;
}

/** Everything that is wrong with the parameters of a create, but for what is in the images. */
export function complaintsAbout(parameters: Parameters, table: ModelTable): Complaint[] {
	return [...memberComplaints(parameters, table.parameters, []), ...tooLarge(parameters, table)];
}

/**
 * Whether a create carries a webhook, however deep: the gateways refuse it
 * (docs/contracts/queue.md#create, docs/contracts/toapis.md#callbacks).
 */
export function holdsWebhook(value: unknown): boolean {
	if (Array.isArray(value)) return value.some(holdsWebhook);
	if (!isObject(value)) return false;
	return Object.entries(value).some(
		([name, inner]) => /webhook|callback/i.test(name) || holdsWebhook(inner),
	);
}

/** Width and height are each in order, but too many pixels together. */
function tooLarge({ width, height }: Parameters, { mostPixels = Infinity }: ModelTable) {
	if (typeof width !== 'number' || typeof height !== 'number') return [];
	if (width * height <= mostPixels) return [];
	const message = `width and height must be at most ${mostPixels} pixels together`;
	return [{ path: ['width'], message, type: 'value_error.pixels' }];
}

function memberComplaints(
	values: Parameters,
	rules: Readonly<Record<string, ParameterRule>>,
	path: string[],
): Complaint[] {
	const missing = Object.entries(rules)
		.filter(([name, rule]) => 'required' in rule && values[name] === undefined)
		.map(([name]) => ({
			path: [...path, name],
			message: 'field required',
			type: 'value_error.missing',
		}));
	const wrong = Object.entries(values).flatMap(([name, value]) =>
		valueComplaints(value, Object.hasOwn(rules, name) ? rules[name] : undefined, [...path, name]),
	);
	return [...missing, ...wrong];
}

function valueComplaints(
	value: unknown,
	rule: ParameterRule | undefined,
	path: string[],
): Complaint[] {
	if (rule === undefined) {
		const message = 'extra fields not permitted';
		return [{ path, message, type: 'value_error.extra' }];
	}
	const message = (checks[rule.type] as Check<ParameterRule['type']>)(value, rule);
	if (message !== undefined) return [{ path, message, type: `value_error.${rule.type}` }];
	return rule.type === 'object' && isObject(value)
		? memberComplaints(value, rule.members, path)
		: [];
}

/** `prompt: field required; seed: must be an integer`. */
export function complaintText(complaints: readonly Complaint[]): string {
	return complaints.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}
