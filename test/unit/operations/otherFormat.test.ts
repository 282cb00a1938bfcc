import type { JsonObject } from 'n8n-workflow';

import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type { GatewayId } from '../../../nodes/FluxImage/gateways/gateway';
import { offersOf } from '../../../nodes/FluxImage/models';
import { readParameters } from '../../../nodes/FluxImage/models/validation';
import { formatOf } from '../../../nodes/FluxImage/operations/otherFormat';

/** Every parameter of every table that takes a file format. */
const ROWS = Object.keys(GATEWAYS).flatMap((gateway) =>
	offersOf(gateway as GatewayId).flatMap(({ offer }) =>
		offer.parameters
			.filter(({ choices }) => choices?.includes('jpeg'))
			.map(({ name, choices = [] }) => ({ gateway, offer, id: offer.id, name, choices })),
	),
);

describe('The format that is asked for', () => {
	it('is a parameter of some model at the queue gateways, VTrix and ToAPIs', () => {
		expect(new Set(ROWS.map(({ gateway }) => gateway)).size).toBe(4);
	});

	it.each(ROWS)('is found by the table: $gateway $id $name', ({ offer, name, choices }) => {
		for (const choice of choices) {
			const { parameters } = readParameters(offer, { prompt: 'An apple', [name]: choice });
			expect(formatOf(parameters)).toBe(choice.toUpperCase());
		}
		const { parameters } = readParameters(offer, { prompt: 'An apple' });
		expect(formatOf(parameters)).toBeUndefined();
	});

	it.each<[JsonObject, string | undefined]>([
		[{ output_format: 'jpeg' }, 'JPEG'],
		[{ response_format: 'jpg' }, 'JPEG'],
		[{ metadata: { output_format: 'webp' } }, 'WEBP'],
		[{ metadata: { response_format: 'PNG' } }, 'PNG'],
		[{ output_format: ' image/jpeg ' }, 'JPEG'],
		[{ output_format: '.jpg' }, 'JPEG'],
		// How the picture is to be sent, in other APIs, is no format of a file.
		[{ response_format: 'url', metadata: { response_format: 'jpg' } }, 'JPEG'],
		[{ response_format: 'b64_json' }, undefined],
		[{ output_format: 7, metadata: 'jpeg' }, undefined],
		[{ metadata: ['jpeg'] }, undefined],
		[{ input: { output_format: 'jpeg' } }, undefined],
		[{}, undefined],
	])('of a model in no table is found by any known name: %j', (parameters, format) => {
		expect(formatOf(parameters)).toBe(format);
	});
});
