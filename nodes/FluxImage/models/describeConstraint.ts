import type { ModelParameter } from './model';

/**
 * What a parameter takes, in words that follow "must be": `a multiple of 32 from 256 to 1440`. Error
 * messages, the hints in the editor and the docs all say it in these words.
 */
export function expectationOf(parameter: ModelParameter): string {
	const { type, choices = [], choicesOnly, required } = parameter;
	switch (type) {
		case 'integer':
			return `${integerNoun(parameter)}${range(parameter)}`;
		case 'number':
			return `a number${range(parameter)}`;
		case 'boolean':
			return 'true or false';
		case 'choice':
			return alternatives(choices);
		case 'ratio':
			if (choicesOnly) return alternatives(choices);
			return alternatives(['a ratio from 21:9 to 9:21, such as 16:9', ...choices.filter(isWord)]);
		case 'text':
			return required ? 'text that is not empty' : 'text';
	}
}

/** Whether a choice of a `ratio` is a word, such as `match_input_image`, and no ratio. */
export function isWord(choice: string): boolean {
	return !choice.includes(':');
}

function integerNoun({ multipleOf }: ModelParameter): string {
	return multipleOf === undefined ? 'a whole number' : `a multiple of ${multipleOf}`;
}

function range({ type, minimum, maximum }: ModelParameter): string {
	if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
	if (minimum !== undefined) return `, at least ${minimum}`;
	if (maximum !== undefined) return `, at most ${maximum}`;
	// Larger ones change on their way through JSON, so the picture would come from another seed.
	return type === 'integer' ? ` of at most ${Number.MAX_SAFE_INTEGER}` : '';
}

function alternatives(choices: readonly string[]): string {
	const last = choices.at(-1) ?? '';
	return choices.length < 2 ? last : `${choices.slice(0, -1).join(', ')} or ${last}`;
}
