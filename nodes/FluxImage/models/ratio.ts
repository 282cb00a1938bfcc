/*
 * Width to height, as people, other services and language models write it.
 */

/** A side, a sign that people put between sides, a side. `х` is the letter of a Russian keyboard. */
const SIDES = /^(\d+(?:\.\d+)?)[:：∶x×х*/](\d+(?:\.\d+)?)$/iu;

/** The widest and the tallest that the gateways' pages allow, both included: 21:9 and 9:21. */
const LONG_SIDE = 21;
const SHORT_SIDE = 9;

/** A ratio as the gateways spell it, `1024:768` for `1024 x 768`; anything else without its blanks. */
export function ratioIn(given: unknown): unknown {
	return typeof given === 'string' ? given.replace(/\s+/g, '').replace(SIDES, '$1:$2') : given;
}

/** Whether it is a ratio as the gateways spell it, from 21:9 to 9:21. */
export function isRatio(value: string): boolean {
	if (!hasSides(value)) return false;
	const { width, height } = sidesOf(value);
	return width * SHORT_SIDE <= height * LONG_SIDE && height * SHORT_SIDE <= width * LONG_SIDE;
}

/**
 * The choice of the same shape, `1:1` for `1024:1024`; where there is none, the value in its lowest terms,
 * `7:4` for `1344:768`.
 */
export function choiceOfShape(choices: readonly string[], value: unknown): unknown {
	if (typeof value !== 'string' || !isRatio(value)) return value;
	const isOfShape = (choice: string) => isRatio(choice) && compareShapes(choice, value) === 0;
	return choices.find(isOfShape) ?? inLowestTerms(value);
}

/** The next narrower and the next wider of the choices; none where the value is no ratio. */
export function choicesNextTo(choices: readonly string[], value: unknown): readonly string[] {
	if (typeof value !== 'string' || !hasSides(value)) return [];
	const sorted = choices.filter(isRatio).sort(compareShapes);
	const narrower = sorted.filter((choice) => compareShapes(choice, value) < 0).slice(-1);
	const wider = sorted.filter((choice) => compareShapes(choice, value) > 0).slice(0, 1);
	return [...narrower, ...wider];
}

/** Below 0 where the first is the narrower one. */
function compareShapes(one: string, other: string): number {
	const { width, height } = sidesOf(one);
	const { width: across, height: down } = sidesOf(other);
	return width * down - across * height;
}

function inLowestTerms(value: string): string {
	const { width, height } = sidesOf(value);
	if (!Number.isSafeInteger(width) || !Number.isSafeInteger(height)) return value;
	let [divisor, rest] = [width, height];
	while (rest > 0) [divisor, rest] = [rest, divisor % rest];
	return `${width / divisor}:${height / divisor}`;
}

function hasSides(value: string): boolean {
	const { width, height } = sidesOf(value);
	return width > 0 && height > 0 && Number.isFinite(width) && Number.isFinite(height);
}

function sidesOf(value: string): { width: number; height: number } {
	const [, width = 0, height = 0] = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/.exec(value) ?? [];
	return { width: Number(width), height: Number(height) };
}

/** Words of other services for "as you like", or for the shape of the input image. */
const LEFT_TO_THE_SERVICE: ReadonlySet<string> = new Set([
	'adaptive',
	'auto',
	'default',
	'match_input_image',
	'original',
]);

/** What words of shape without numbers may mean. */
const SHAPES: Readonly<Record<string, readonly string[]>> = {
	landscape: ['4:3', '16:9'],
	portrait: ['3:4', '9:16'],
	square: ['1:1'],
	square_hd: ['1:1'],
};

/**
 * What another service's name for a size means here: `16:9` for fal's `landscape_16_9`, `3:4` for its
 * `portrait_4_3`, `''` (not sent) for OpenAI's `auto`.
 *
 * @returns the values to take, none where the name is unknown
 */
export function meaningsOf(name: unknown): readonly string[] {
	if (typeof name !== 'string') return [];
	const word = name
		.trim()
		.toLowerCase()
		.replace(/[\s-]+/g, '_');
	if (LEFT_TO_THE_SERVICE.has(word)) return [''];
	const named = /^([a-z_]+)_(\d+)_(\d+)$/.exec(word);
	if (!named) return Object.hasOwn(SHAPES, word) ? (SHAPES[word] ?? []) : [];
	const [, shape = '', ...numbers] = named;
	const sides = numbers.map(Number);
	if (shape.endsWith('landscape')) sides.sort((one, other) => other - one);
	if (shape.endsWith('portrait')) sides.sort((one, other) => one - other);
	return [sides.join(':')];
}
