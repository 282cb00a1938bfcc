import { readOtherParameters } from '../../../nodes/FluxImage/models/otherParameters';
import { ParameterError } from '../../../nodes/FluxImage/models/parameterError';

const messageFor = (value: unknown): string => {
	try {
		readOtherParameters(value);
	} catch (error) {
		if (error instanceof ParameterError) return error.message;
		throw error;
	}
	throw new Error(`${JSON.stringify(value)} was let through`);
};

describe('The JSON of a model without a table', () => {
	it('is sent as it is, from text or from an object', () => {
		const parameters = { prompt: 'An apple', loras: [{ id: 'x', weight: 0.5 }], seed: null };
		expect(readOtherParameters(JSON.stringify(parameters))).toEqual(parameters);
		expect(readOtherParameters(parameters)).toEqual(parameters);
		expect(readOtherParameters('{}')).toEqual({});
	});

	it.each([
		['[]', 'a list'],
		['[{"prompt": "x"}]', 'a list'],
		['null', 'missing'],
		['"text"', '"text"'],
		['42', '42'],
		['', 'empty'],
		[null, 'missing'],
		[undefined, 'missing'],
		[[], 'a list'],
		[7, '7'],
		[true, 'true'],
	])('must be an object, not %j', (value, found) => {
		expect(messageFor(value)).toBe(`Parameters (JSON) must be a JSON object, but is ${found}`);
	});

	it('is refused with the line and column where it breaks', () => {
		const text = '{\n  "prompt": "An apple"\n  "seed": 42\n}';
		expect(messageFor(text)).toMatch(
			/^Parameters \(JSON\) must be a JSON object, but it breaks at line 3, column 3: Expected ','/,
		);
	});

	it.each([['{"prompt": "An apple",}'], ['{"prompt": An apple}'], ['{"prompt": "An ap'], ['{']])(
		'is refused with what is wrong in %s',
		(text) => {
			expect(messageFor(text)).toMatch(/but it breaks(:| at line 1, column \d+:) \S+/);
		},
	);
});
