/** A value that the model would refuse; nothing was sent. The message is for the person, as it is. */
export class ParameterError extends Error {
	override readonly name = 'ParameterError';

	/**
	 * @param parameter its name as the editor shows it: `Width`
	 * @param expected what it takes, to follow "must be": `a multiple of 32 from 256 to 1440`
	 * @param value what it was given
	 * @param found what is wrong, to follow "but"; absent: the value itself is shown
	 * @param fitting values that would be taken and are next to the given one, or mean the same; `''`: unset
	 */
	constructor(
		readonly parameter: string,
		readonly expected: string,
		readonly value: unknown,
		found = `is ${show(value)}`,
		readonly fitting: ReadonlyArray<number | string> = [],
	) {
		super(`${parameter} must be ${expected}, but ${found}${meaningOf(fitting)}`);
	}
}

/** What the name of another service means here; numbers next to a wrong one are left to the remedy. */
function meaningOf(fitting: ReadonlyArray<number | string>): string {
	const meanings = fitting.filter((value) => typeof value === 'string');
	if (meanings.length === 0) return '';
	return meanings.includes('')
		? ', for which it is left empty here'
		: `, which is ${meanings.join(' or ')} here`;
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
