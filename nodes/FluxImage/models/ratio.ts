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
	const { width, height } = sidesOf(value);
	if (!(width > 0 && height > 0 && Number.isFinite(width) && Number.isFinite(height))) return false;
	return width * SHORT_SIDE <= height * LONG_SIDE && height * SHORT_SIDE <= width * LONG_SIDE;
}

/** The choice of the same shape, `1:1` for `1024:1024`; the value itself where there is none. */
export function choiceOfShape(choices: readonly string[], value: unknown): unknown {
	if (typeof value !== 'string' || !isRatio(value)) return value;
	const { width, height } = sidesOf(value);
	const isOfShape = (choice: string) => {
		const { width: across, height: down } = sidesOf(choice);
		return across * height === width * down;
	};
	return choices.find((choice) => isRatio(choice) && isOfShape(choice)) ?? value;
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
