/** Comments, strings, templates, names and numbers; any other sign by itself. */
const TOKEN =
	/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|[\w$]+|\?\.(?!\d)|\S/g;

/** The expressions in a template. */
const IN_TEMPLATE = /\$\{([\s\S]*?)\}/g;

/** What counts rows, items or turns, by n8n's own name. */
const COUNTERS = /^\$(itemIndex|position|runIndex|thisItemIndex|thisRunIndex)$/;

/** The same as the name of a field: `row_number`, `Row #`, `rowIndex`, `row`, `currentRunIndex`. */
const COUNTER_NAME =
	/^_*row[ _-]*(number|num|no|nr|index|idx|#|№)?\.?_*$|^(current|this)?[ _-]*(item|run|loop)?[ _-]*(index|idx)$|^length$/i;

/** Calls that give a place in a list, not what stands there. */
const INDEX_CALL = /^(find(Last)?Index|(last)?indexOf)$/i;

/** Calls whose arguments say which one is meant, and are nothing of what is given. */
const PICKING_CALL = /^(find(Last)?(Index)?|(last)?indexOf|filter|itemMatching)$/i;

/** What is the same for all orders of a workflow, or of an execution. */
const CONSTANTS =
	/^\$(env|execution|mode|nodeId|nodeVersion|prevNode|secrets|vars|webhookId|workflow)$/;

/** n8n's functions, which give what their arguments are. */
const FUNCTIONS = /^\$(if|ifEmpty|jmespath|max|min)$/;

/** One thing that an expression reads: `$('Rows').item.json['ID'].trim()`. */
interface Reading {
	/** `$`, `$json`, `$itemIndex`. */
	readonly root: string;
	/** Members in their order: `item`, `json`, `ID`; '' for one that is worked out. */
	readonly members: readonly string[];
	/** What is called of it: `trim`. */
	readonly calls: readonly string[];
}

/**
 * Whether all that a key reads counts rows, items or turns. By one rule: what an expression reads is
 * told by the last member of each `$…`, or by the call that gives an index; comments, words and what is
 * the same for all orders (the workflow's ID) make it no name of an order. A key that reads nothing, or
 * constants alone, does not count.
 *
 * @param expressions with their braces
 */
export function onlyCounts(expressions: readonly string[]): boolean {
	const read = expressions
		.flatMap((expression) => readingsIn(tokensOf(expression)))
		.filter((reading) => !isConstant(reading));
	return read.length > 0 && read.every(isCounter);
}

function isCounter({ root, members, calls }: Reading): boolean {
	if (COUNTERS.test(root) || calls.some((call) => INDEX_CALL.test(call))) return true;
	return COUNTER_NAME.test(members.at(-1) ?? '');
}

function isConstant(reading: Reading): boolean {
	const { root, members } = reading;
	if (FUNCTIONS.test(root)) return true;
	return CONSTANTS.test(root) && !members.includes('customData') && !isCounter(reading);
}

/** The tokens of a script without its comments; a template is what its expressions are. */
function tokensOf(script: string): string[] {
	return (script.match(TOKEN) ?? []).flatMap((token) => {
		if (token.startsWith('/*') || token.startsWith('//')) return [];
		if (token.length < 2 || !token.startsWith('`')) return [token];
		const parts = [...token.matchAll(IN_TEMPLATE)];
		if (parts.length === 0) return [token];
		return parts.flatMap(([, part = '']) => [...tokensOf(part), ';']);
	});
}

/** All that a script reads; a bracket too many, as within a pattern, hides nothing of it. */
function readingsIn(tokens: string[]): Reading[] {
	const readings = [];
	while (tokens.length > 0) readings.push(...takeReadings(tokens));
	return readings;
}

/** Takes the tokens up to the bracket that closes, and tells what they read. */
function takeReadings(tokens: string[]): Reading[] {
	const readings: Reading[] = [];
	for (;;) {
		const token = tokens.shift();
		if (token === undefined || token === ')' || token === ']') return readings;
		if (token === '(' || token === '[') readings.push(...takeReadings(tokens));
		else if (token.startsWith('$')) readings.push(...takeReading(token, tokens));
	}
}

/** What stands behind a `$…`; the last is its own reading, before it what its brackets read. */
function takeReading(root: string, tokens: string[]): Reading[] {
	const members: string[] = [];
	const calls: string[] = [];
	const inner: Reading[] = [];
	for (;;) {
		const [sign, next = ''] = tokens;
		const isMember = sign === '.' || (sign === '?.' && next !== '[' && next !== '(');
		if (isMember) {
			members.push(next);
			tokens.splice(0, 2);
		} else if (sign === '?.') {
			tokens.shift();
		} else if (sign === '[') {
			members.push(tokens[2] === ']' ? next.replace(/^(['"`])(.*)\1$/s, '$2') : '');
			tokens.shift();
			inner.push(...takeReadings(tokens));
		} else if (sign === '(') {
			const call = members.pop() ?? '';
			tokens.shift();
			const read = takeReadings(tokens);
			if (call !== '') calls.push(call);
			if (!PICKING_CALL.test(call)) inner.push(...read);
		} else {
			return [...inner, { root, members, calls }];
		}
	}
}
