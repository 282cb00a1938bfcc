import fc from 'fast-check';

import type { GatewayId } from '../../../nodes/FluxImage/gateways/gateway';
import { findOffer, models } from '../../../nodes/FluxImage/models';
import type { ModelOffer } from '../../../nodes/FluxImage/models/model';
import { ParameterError } from '../../../nodes/FluxImage/models/parameterError';
import { readParameters } from '../../../nodes/FluxImage/models/validation';

function offer(gateway: GatewayId, id: string): ModelOffer {
	const found = findOffer(gateway, id);
	if (!found) throw new Error(`${gateway} sells no ${id}`);
	return found;
}

const kontext = offer('seaArtCloud', 'flux_kontext_max');
const kontextAtVtrix = offer('vtrix', 'flux_kontext_max');
const kontextAtToApis = offer('toApis', 'flux-kontext-max');
const pro11 = offer('odiRouter', 'flux_pro_11');
const flux2 = offer('seaArtCloud', 'flux_2_pro');
const flux2AtVtrix = offer('vtrix', 'flux_2_pro');
const flux2AtToApis = offer('toApis', 'flux-2-pro');
const flux2Max = offer('seaArtCloud', 'flux_2_max');

/** What is sent for these fields, a prompt being there. */
const sent = (of: ModelOffer, given: Record<string, unknown>) =>
	readParameters(of, { prompt: 'An apple', ...given }).parameters;

/** The error for these fields, a prompt being there. */
function refusal(of: ModelOffer, given: Record<string, unknown>): ParameterError {
	try {
		sent(of, given);
	} catch (error) {
		if (error instanceof ParameterError) return error;
		throw error;
	}
	throw new Error(`${JSON.stringify(given)} was let through`);
}

describe('A prompt', () => {
	it('is sent as it was written', () => {
		expect(sent(kontext, { prompt: '  An apple\n' })).toEqual({ prompt: '  An apple\n' });
	});

	it.each([[''], ['  \n'], [null], [undefined]])('must not be %j', (prompt) => {
		expect(refusal(kontext, { prompt })).toMatchObject({
			parameter: 'Prompt',
			expected: 'text that is not empty',
		});
	});

	it('may be a number that an expression gives', () => {
		expect(sent(kontext, { prompt: 2026 })).toEqual({ prompt: '2026' });
	});

	it('must not be an object, and the message does not pour it out', () => {
		expect(refusal(kontext, { prompt: { text: 'An apple' } }).message).toBe(
			'Prompt must be text that is not empty, but is an object',
		);
	});
});

describe('Width and height of FLUX 1.1 [pro]', () => {
	it.each([[256], [288], [1024], [1408], [1440]])('take %i', (width) => {
		expect(sent(pro11, { width, height: width })).toMatchObject({ width, height: width });
	});

	it.each([[255], [224], [1441], [1472], [1000], [1024.5], [0], [-256], [Infinity], [NaN]])(
		'refuse %d',
		(width) => {
			expect(refusal(pro11, { width }).message).toBe(
				`Width must be a multiple of 32 from 256 to 1440, but is ${width}`,
			);
		},
	);

	it('take the numeric strings that expressions give', () => {
		expect(sent(pro11, { width: '1024', height: ' 768 ' })).toMatchObject({
			width: 1024,
			height: 768,
		});
	});

	it.each([['wide'], ['0x400'], ['1024px'], ['1e3'], [[1024]], [true], [{}]])(
		'refuse %j',
		(height) => {
			expect(refusal(pro11, { height })).toMatchObject({ parameter: 'Height', value: height });
		},
	);

	it('are left to the gateway when empty', () => {
		expect(sent(pro11, { width: '', height: null })).toEqual({ prompt: 'An apple' });
	});
});

describe('Width and height of FLUX.2', () => {
	it.each([[0], ['0'], [''], [null], [undefined]])('are not sent when %j', (width) => {
		expect(sent(flux2, { width, height: width })).toEqual({ prompt: 'An apple' });
	});

	it.each([[64], [2048], ['96']])('take %j', (width) => {
		expect(sent(flux2, { width })).toEqual({ prompt: 'An apple', width: Number(width) });
	});

	it.each([[63], [32], [65], [-64]])('refuse %d', (width) => {
		expect(refusal(flux2, { width }).message).toBe(
			`Width must be a multiple of 32, at least 64, but is ${width}`,
		);
	});
});

describe('A seed', () => {
	it.each([
		[0],
		[-1],
		[42],
		['42'],
		['-7'],
		[Number.MAX_SAFE_INTEGER],
		[Number.MIN_SAFE_INTEGER],
		['9007199254740991'],
	])('may be %j', (seed) => {
		expect(sent(kontext, { seed })).toMatchObject({ seed: Number(seed) });
	});

	it.each([[1.5], ['1.5'], [2 ** 53], ['9007199254740993'], ['lucky']])(
		'must not be %j',
		(seed) => {
			expect(refusal(kontext, { seed })).toMatchObject({
				parameter: 'Seed',
				expected: 'a whole number of at most 9007199254740991',
			});
		},
	);

	it('keeps every whole number that JSON keeps, as number and as text', () => {
		fc.assert(
			fc.property(fc.maxSafeInteger(), (seed) => {
				expect(sent(kontext, { seed })['seed']).toBe(seed);
				expect(sent(kontext, { seed: String(seed) })['seed']).toBe(seed);
			}),
		);
	});
});

describe('The safety tolerance', () => {
	it.each([[0], [6], ['3']])('takes %j for FLUX.1', (safetyTolerance) => {
		const expected = { safety_tolerance: Number(safetyTolerance) };
		expect(sent(kontext, { safetyTolerance })).toMatchObject(expected);
		expect(sent(pro11, { safetyTolerance })).toMatchObject(expected);
	});

	it.each([[-1], [7], [2.5]])('refuses %j for FLUX.1', (safetyTolerance) => {
		expect(refusal(kontext, { safetyTolerance }).message).toBe(
			`Safety Tolerance must be a whole number from 0 to 6, but is ${safetyTolerance}`,
		);
	});

	it('ends at 5 for FLUX.2', () => {
		expect(sent(flux2, { safetyTolerance: 5 })).toMatchObject({ safety_tolerance: 5 });
		expect(refusal(flux2, { safetyTolerance: 6 }).expected).toBe('a whole number from 0 to 5');
	});
});

describe('The safety tolerance of FLUX.2 [pro] at VTrix', () => {
	it.each([[1], [2], ['6'], [' 3 ']])('is sent as text: %j', (safetyTolerance) => {
		expect(sent(flux2AtVtrix, { safetyTolerance })).toEqual({
			prompt: 'An apple',
			safety_tolerance: String(safetyTolerance).trim(),
		});
	});

	it.each([[0], [7], [1.5], ['strict']])('must not be %j', (safetyTolerance) => {
		expect(refusal(flux2AtVtrix, { safetyTolerance }).expected).toBe('a whole number from 1 to 6');
	});

	it('is a number of FLUX.2 [max] there, and of both elsewhere', () => {
		const given = { safetyTolerance: 0 };
		expect(sent(offer('vtrix', 'flux_2_max'), given)).toMatchObject({ safety_tolerance: 0 });
		expect(sent(flux2, given)).toMatchObject({ safety_tolerance: 0 });
	});

	it('comes without WebP', () => {
		expect(refusal(flux2AtVtrix, { outputFormat: 'webp' }).expected).toBe('jpeg or png');
	});
});

describe('An aspect ratio', () => {
	it.each([['21:9'], ['9:21'], ['1:1'], ['5:4'], ['2.3:1'], ['7:3'], ['3:7'], ['210:90']])(
		'may be %s',
		(aspectRatio) => {
			expect(sent(kontext, { aspectRatio })).toMatchObject({ aspect_ratio: aspectRatio });
		},
	);

	it.each([
		['22:9'],
		['9:22'],
		['21.01:9'],
		['0:1'],
		['1:0'],
		['-1:-1'],
		['16:9:1'],
		['16x9x1'],
		['x9'],
		['wide'],
		['match_input_image'],
		[1.5],
		[`${'9'.repeat(400)}:${'9'.repeat(400)}`],
	])('must not be %s', (aspectRatio) => {
		expect(refusal(kontext, { aspectRatio })).toMatchObject({
			parameter: 'Aspect Ratio',
			expected: 'a ratio from 21:9 to 9:21, such as 16:9',
		});
	});

	it('is sent without the spaces that a person typed', () => {
		expect(sent(kontext, { aspectRatio: ' 16 : 9 ' })).toMatchObject({ aspect_ratio: '16:9' });
	});

	it.each([
		['1024x1024', '1024:1024'],
		['1024 x 768', '1024:768'],
		[' 1024\u00d7768 ', '1024:768'],
		['1024X768', '1024:768'],
		['1024*768', '1024:768'],
		['1024\u0445768', '1024:768'],
		['1024\u0425768', '1024:768'],
		['16\uff1a9', '16:9'],
		['16/9', '16:9'],
		['1.5x1', '1.5:1'],
	])('is read from %s, as people write sizes', (aspectRatio, sentAs) => {
		expect(sent(kontext, { aspectRatio })).toMatchObject({ aspect_ratio: sentAs });
		expect(sent(kontextAtVtrix, { aspectRatio })).toMatchObject({ aspect_ratio: sentAs });
	});

	it('is refused beyond 21:9, whatever stands between its sides', () => {
		expect(refusal(kontext, { aspectRatio: '2200x900' }).expected).toBe(
			'a ratio from 21:9 to 9:21, such as 16:9',
		);
	});

	it.each([
		['landscape_16_9', ['16:9']],
		['landscape_4_3', ['4:3']],
		['portrait_16_9', ['9:16']],
		['portrait_4_3', ['3:4']],
		['PORTRAIT_3_4', ['3:4']],
		['square_hd', ['1:1']],
		['square', ['1:1']],
		['portrait', ['3:4', '9:16']],
		['Landscape', ['4:3', '16:9']],
		['ASPECT_16_9', ['16:9']],
		['aspect_10_16', ['10:16']],
		['auto', ['']],
		['match_input_image', ['']],
		['landscape_99_9', ['21:9']],
		['landscape_1344_768', ['1344:768']],
		['30:9', ['21:9']],
		['9:30', ['9:21']],
		['0:1', []],
		['constructor', []],
		['wide', []],
	])('is refused as %s, and the error has what to take: %j', (aspectRatio, fitting) => {
		expect(refusal(kontext, { aspectRatio }).fitting).toEqual(fitting);
	});

	it('is not sent when the gateway is to decide', () => {
		expect(sent(kontext, { aspectRatio: '' })).toEqual({ prompt: 'An apple' });
	});

	it('is let through exactly within 21:9 and 9:21', () => {
		const sides = fc.integer({ min: 1, max: 5000 });
		fc.assert(
			fc.property(sides, sides, (across, down) => {
				const fits = across * 9 <= down * 21 && down * 9 <= across * 21;
				const aspectRatio = `${across}:${down}`;
				if (fits) expect(sent(kontext, { aspectRatio })['aspect_ratio']).toBe(aspectRatio);
				else expect(() => sent(kontext, { aspectRatio })).toThrow(ParameterError);
			}),
		);
	});
});

describe('A choice', () => {
	it('is sent as the gateway spells it, however the person did', () => {
		expect(sent(kontext, { outputFormat: ' PNG ' })).toMatchObject({ output_format: 'png' });
		expect(sent(offer('toApis', 'flux-2-pro'), { resolution: '2k' })).toMatchObject({
			metadata: { resolution: '2K' },
		});
	});

	it.each([['jpg'], ['JPG'], [' .jpg '], ['image/jpeg'], ['image/jpg'], ['JPEG']])(
		'of a file format may be %s, and JPEG is meant',
		(outputFormat) => {
			for (const model of [kontext, kontextAtVtrix, pro11, flux2, flux2AtVtrix, flux2Max]) {
				expect(sent(model, { outputFormat })).toMatchObject({ output_format: 'jpeg' });
			}
			expect(sent(kontextAtToApis, { responseFormat: outputFormat })).toMatchObject({
				metadata: { response_format: 'jpg' },
			});
		},
	);

	it.each([['jp'], ['jpgs'], ['image/'], ['image/gif'], [{}], [1]])(
		'of a file format is not %j',
		(outputFormat) => {
			expect(refusal(kontext, { outputFormat }).value).toBe(outputFormat);
		},
	);

	it('is refused where the model lacks it', () => {
		expect(sent(flux2, { outputFormat: 'webp' })).toMatchObject({ output_format: 'webp' });
		expect(refusal(flux2Max, { outputFormat: 'webp' }).message).toBe(
			'Output Format must be jpeg or png, but is "webp"',
		);
		expect(refusal(flux2, { outputFormat: 'gif' }).expected).toBe('jpeg, png or webp');
	});
});

describe('A yes or no', () => {
	it.each([
		[true, true],
		[false, false],
		['true', true],
		['False', false],
	])('is read from %j', (promptUpsampling, expected) => {
		expect(sent(kontext, { promptUpsampling })).toMatchObject({ prompt_upsampling: expected });
	});

	it.each([['yes'], [1], [0], [{}]])('is not %j', (promptUpsampling) => {
		expect(refusal(kontext, { promptUpsampling }).expected).toBe('true or false');
	});
});

describe("VTrix's own parameters", () => {
	it.each([
		[{ steps: 1 }, { steps: 1 }],
		[{ steps: '50' }, { steps: 50 }],
		[{ guidanceScale: 1 }, { guidance_scale: 1 }],
		[{ guidanceScale: '3.5' }, { guidance_scale: 3.5 }],
		[{ guidanceScale: 10 }, { guidance_scale: 10 }],
		[{ negativePrompt: 'text' }, { negative_prompt: 'text' }],
	])('read %j', (given, expected) => {
		expect(sent(kontextAtVtrix, given)).toMatchObject(expected);
	});

	it.each([[{ steps: 0 }], [{ steps: 51 }], [{ steps: 1.5 }], [{ guidanceScale: 0.9 }]])(
		'refuse %j',
		(given) => {
			expect(() => sent(kontextAtVtrix, given)).toThrow(ParameterError);
		},
	);

	it('hand over the flat request as a switch, which is not sent', () => {
		const read = readParameters(kontextAtVtrix, { prompt: 'An apple', flatRequest: 'true' });
		expect(read).toEqual({ parameters: { prompt: 'An apple' }, switches: { flatRequest: true } });
	});
});

describe("ToAPIs' own parameters", () => {
	it('nest what the gateway wants under metadata, when set', () => {
		const given = { responseFormat: 'png', safetyTolerance: 0, promptUpsampling: true };
		expect(sent(kontextAtToApis, given)).toEqual({
			prompt: 'An apple',
			metadata: { response_format: 'png', safety_tolerance: 0, prompt_upsampling: true },
		});
		expect(sent(kontextAtToApis, {})).toEqual({ prompt: 'An apple' });
	});

	it.each([['16:9'], ['5:4'], ['match_input_image']])('take the size %s', (size) => {
		expect(sent(kontextAtToApis, { size })).toMatchObject({ size });
	});

	it.each([
		['1024x1024', '1:1'],
		['01:01', '1:1'],
		['1024 x 768', '4:3'],
		['1.5:1', '3:2'],
		['1920:1080', '16:9'],
		['2100x900', '21:9'],
		['1024\u0445768', '4:3'],
		['1344x768', '7:4'],
		['05:04', '5:4'],
		['2.2:1', '2.2:1'],
		['Match_Input_Image', 'match_input_image'],
	])(
		'take the size %s for FLUX.1 Kontext, and send the listed one of its shape',
		(size, sentAs) => {
			for (const id of ['flux-kontext-max', 'flux-kontext-pro']) {
				expect(sent(offer('toApis', id), { size })).toMatchObject({ size: sentAs });
			}
		},
	);

	it.each([
		['landscape_16_9', ['16:9'], ', which is 16:9 here'],
		['landscape_1536_1024', ['3:2'], ', which is 3:2 here'],
		['landscape_1344_768', ['3:2', '16:9'], ''],
		['portrait_1344_768', ['9:16', '2:3'], ''],
		['22:9', ['21:9'], ''],
		['auto', [''], ', for which it is left empty here'],
	])('say what to take in place of %s for FLUX.1 Kontext: %j', (size, fitting, meaning) => {
		const refused = refusal(kontextAtToApis, { size });
		expect(refused.fitting).toEqual(fitting);
		expect(refused.message).toMatch(new RegExp(`but is "${size}"${meaning}$`));
	});

	it('say which sizes there are', () => {
		expect(refusal(kontextAtToApis, { size: '1024' }).message).toBe(
			'Size must be a ratio from 21:9 to 9:21, such as 16:9 or match_input_image, but is "1024"',
		);
	});

	it.each([
		['jpeg', 'jpg'],
		['JPG', 'jpg'],
		['png', 'png'],
	])('spell the format %s as the vendor does', (responseFormat, sentAs) => {
		expect(sent(kontextAtToApis, { responseFormat })).toMatchObject({
			metadata: { response_format: sentAs },
		});
	});

	it('say how the node calls the formats', () => {
		expect(refusal(kontextAtToApis, { responseFormat: 'webp' }).expected).toBe('jpeg or png');
	});

	it.each([
		['1:1', '1:1'],
		[' 9 : 16 ', '9:16'],
		['2:3', '2:3'],
		['2:2', '1:1'],
		['1024x1024', '1:1'],
		['1536x1024', '3:2'],
		['1920 × 1080', '16:9'],
	])('take the size %s for FLUX.2, and send the one of its shape', (size, sentAs) => {
		expect(sent(flux2AtToApis, { size })).toMatchObject({ size: sentAs });
	});

	it.each([
		['landscape_16_9', ['16:9']],
		['auto', ['']],
		['portrait_9_21', ['9:16']],
		['landscape_1344_768', ['3:2', '16:9']],
		['21:9', ['16:9']],
		['5:4', ['1:1', '4:3']],
		['wide', []],
	])('say what to take in place of %s for FLUX.2: %j', (size, fitting) => {
		expect(refusal(flux2AtToApis, { size }).fitting).toEqual(fitting);
	});

	it.each([['21:9'], ['9:21'], ['5:4'], ['1792x1024'], ['match_input_image']])(
		'refuse the size %s for FLUX.2, which the vendor does not list',
		(size) => {
			expect(refusal(flux2AtToApis, { size }).expected).toBe(
				'1:1, 3:2, 2:3, 4:3, 3:4, 16:9 or 9:16',
			);
		},
	);

	it.each([[1], ['1'], [' 1 ']])('do not send a number of images of %j', (n) => {
		expect(sent(kontextAtToApis, { n })).toEqual({ prompt: 'An apple' });
	});

	it('make 1 to 10 images', () => {
		expect(sent(kontextAtToApis, { n: 2 })).toMatchObject({ n: 2 });
		expect(sent(kontextAtToApis, { n: '10' })).toMatchObject({ n: 10 });
		expect(refusal(kontextAtToApis, { n: 11 }).message).toBe(
			'Number of Images must be a whole number from 1 to 10, but is 11',
		);
		expect(() => sent(kontextAtToApis, { n: 0 })).toThrow(ParameterError);
	});
});

describe('Fields that the model does not have', () => {
	it('are never sent, whether they are in range or not', () => {
		const given = { width: 1, size: '16:9', steps: 999, webhook: 'https://example.com' };
		expect(readParameters(kontext, { prompt: 'An apple', ...given })).toEqual({
			parameters: { prompt: 'An apple' },
			switches: {},
		});
	});
});

describe('A refusal', () => {
	it('shows only the beginning of a long value', () => {
		const { message } = refusal(kontext, { seed: 'x'.repeat(10_000) });
		expect(message.length).toBeLessThan(160);
		expect(message).toContain('xxx…"');
	});

	it.each([
		[kontext, { promptUpsampling: 1 }, [true, false]],
		[kontext, { promptUpsampling: '1' }, [true, false]],
		[kontextAtVtrix, { flatRequest: 0 }, [true, false]],
		[flux2AtToApis, { resolution: 2 }, ['1K', '2K']],
		[flux2AtToApis, { resolution: '4K' }, ['1K', '2K']],
		[kontext, { outputFormat: 1 }, ['jpeg', 'png']],
		[kontextAtToApis, { imageField: 7 }, ['image_urls', 'reference_images']],
		[kontext, { n: 2.5 }, [2, 3]],
		[pro11, { width: 1e12 }, [1440]],
		[kontext, { prompt: true }, []],
	])('has values of the right type to take: %#', (model, given, fitting) => {
		const refused = refusal(model, given);
		expect(refused.fitting).toEqual(fitting);
		expect(refused.message).not.toMatch(/ here$/);
	});

	it('never tells to take a value that is refused, of any parameter of any model', () => {
		const value = fc.oneof(
			...[fc.integer(), fc.double(), fc.boolean(), fc.string()],
			...[fc.constantFrom(0, 1, 2, 7, '1', '1:0', '30:9', 'landscape_1344_768', 'auto', 'png')],
		);
		for (const model of models.flatMap(({ offers }) => offers)) {
			for (const { name } of model.parameters.filter((row) => row.name !== 'prompt')) {
				const told = (given: unknown) => {
					try {
						sent(model, { [name]: given });
						return [];
					} catch (error) {
						return (error as ParameterError).fitting;
					}
				};
				fc.assert(
					fc.property(value, (given) => {
						for (const fitting of told(given)) {
							expect(fitting).not.toBe(given);
							expect(() => sent(model, { [name]: fitting })).not.toThrow();
						}
					}),
					{ numRuns: 40 },
				);
			}
		}
	});

	it('comes as a ParameterError whatever the fields hold', () => {
		const anything = fc.record({ prompt: fc.anything(), seed: fc.anything(), n: fc.anything() });
		fc.assert(
			fc.property(anything, (given) => {
				try {
					readParameters(kontextAtToApis, given);
				} catch (error) {
					expect(error).toBeInstanceOf(ParameterError);
				}
			}),
		);
	});
});
