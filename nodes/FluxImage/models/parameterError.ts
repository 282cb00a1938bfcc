/** What a parameter would take in place of a value that it refuses. */
export interface Fitting {
	/** What the name of another service means here; `''`: unset. */
	readonly meant?: readonly string[];
	/** What is next to the value, or all that there is. */
	readonly nearest?: ReadonlyArray<number | string | boolean>;
}

/** A value that the model would refuse; nothing was sent. The message is for the person, as it is. */
export class ParameterError extends Error {
	override readonly name = 'ParameterError';

	/** Values that would be taken; `''`: unset. */
	readonly fitting: ReadonlyArray<number | string | boolean>;

	/**
	 * @param parameter its name as the editor shows it: `Width`
	 * @param expected what it takes, to follow "must be": `a multiple of 32 from 256 to 1440`
	 * @param value what it was given
	 * @param found what is wrong, to follow "but"; absent: the value itself is shown
	 */
	constructor(
		readonly parameter: string,
		readonly expected: string,
		readonly value: unknown,
		found = `is ${show(value)}`,
		{ meant = [], nearest = [] }: Fitting = {},
	) {
		super(`${parameter} must be ${expected}, but ${found}${meaningOf(meant)}`);
		this.fitting = meant.length > 0 ? meant : nearest;
	}
}

/** What the name of another service means here; values next to a wrong one are left to the remedy. */
function meaningOf(meant: readonly string[]): string {
	if (meant.length === 0) return '';
	return meant.includes('')
		? ', for which it is left empty here'
		: `, which is ${meant.join(' or ')} here`;
}

/** Enough of a value to recognize it; a prompt or a picture pasted by mistake would drown the message. */
const SHOWN_CHARACTERS = 60;

function show(value: unknown): string {
	if (value === undefined || value === null) return 'missing';
	if (typeof value === 'string') return value.trim() === '' ? 'empty' : `"${shorten(value)}"`;
	if (Array.isArray(value)) return 'a list';
	if (typeof value === 'object') return 'an object';
	return shorten(String(value));
}

function shorten(text: string): string {
	return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
