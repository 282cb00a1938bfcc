import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { FluxImage } from '../../../nodes/FluxImage/FluxImage.node';
import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { models } from '../../../nodes/FluxImage/models';
import { OPERATIONS } from '../../../nodes/FluxImage/operations';
import { expressionOf } from '../../../tooling/docs/toolPage';
import { PROJECT, readDocument, tableHeaded } from './document';

/** What the pages for users say of the node, held to the node. */

interface Option {
	readonly displayName: string;
	readonly default: unknown;
	readonly displayOptions?: { readonly hide?: unknown };
	readonly options?: ReadonlyArray<{ readonly name: string; readonly value?: unknown }>;
}

/** Options that do nothing until they are added; their value then is only the first to be shown. */
const OUT_UNTIL_ADDED: Readonly<Record<string, string>> = {
	'Max Paid Tasks per Execution': 'no limit',
	'Pay Once Key': 'none',
	'Poll Interval (Seconds)': 'by itself',
};

const readText = (path: string) => readFileSync(join(PROJECT, path), 'utf8');

const MEGABYTE = 1024 * 1024;

const everyOffer = models.flatMap(({ name, offers }) => offers.map((offer) => ({ name, offer })));

describe('docs/options.md', () => {
	const rows = tableHeaded(readDocument('docs/options.md'), 'Option').slice(1);
	const told = new Map(rows.map(([name = '', value = '']) => [name, value.split(';')[0]]));

	it('lists every option of the node, by the name in the editor', () => {
		const names = new Set(offeredOptions().map(({ displayName }) => displayName));
		expect(rows.map(([name]) => name)).toEqual([...names].sort());
	});

	it('tells what each option is until it is added', () => {
		const first = new Map<string, string>();
		for (const option of offeredOptions()) {
			if (first.has(option.displayName)) continue;
			first.set(option.displayName, OUT_UNTIL_ADDED[option.displayName] ?? shownDefault(option));
		}
		expect([...told].sort()).toEqual([...first].sort());
	});

	it('names the choices of each option that has some', () => {
		const page = readText('docs/options.md');
		for (const { displayName, options = [] } of offeredOptions()) {
			const row = page.split('\n').find((line) => line.startsWith(`| ${displayName} |`));
			for (const { name } of options) expect(row?.toLowerCase()).toContain(name.toLowerCase());
		}
	});
});

describe('docs/tool.md', () => {
	const [, ...rows] = tableHeaded(readDocument('docs/tool.md'), 'Field');
	const fields = rows.filter(([label]) => label !== 'Model');

	it.each(fields)('tells the models and gateways that have %s: %s', (_, places = '', told) => {
		const sold = everyOffer.flatMap(({ name, offer }) =>
			offer.gateways.map((id) => ({ name, offer, gateway: GATEWAYS[id].displayName })),
		);
		const having = sold.filter(({ offer }) =>
			offer.parameters.some((parameter) => `\`${expressionOf(parameter)}\`` === told),
		);
		expect(having).not.toEqual([]);
		expect(sold.filter(({ name, gateway }) => isAmong(places, name, gateway))).toEqual(having);
	});

	it('names the options that a tool does not have', () => {
		const namesOf = (isHidden: boolean) =>
			offeredOptions()
				.filter(({ displayOptions }) => Boolean(displayOptions?.hide) === isHidden)
				.map(({ displayName }) => displayName);
		const inTool = namesOf(false);
		const missing = [...new Set(namesOf(true))].filter((name) => !inTool.includes(name));
		expect(missing.sort()).toEqual(['Include Input Fields', 'Max Concurrent Tasks']);
		expect(readText('docs/tool.md')).toContain(
			'**Max Concurrent Tasks** and **Include Input Fields** are not there',
		);
	});
});

describe('docs/operations.md', () => {
	it('has a section for every operation', () => {
		const [, ...sections] = readDocument('docs/operations.md').headings.map(({ text }) => text);
		expect(sections.sort()).toEqual(OPERATIONS.map(({ name }) => name).sort());
	});
});

describe('docs/fields.md', () => {
	const page = readText('docs/fields.md');

	it('tells how many pictures an item may ask for', () => {
		const numbers = everyOffer.flatMap(({ offer }) =>
			offer.parameters.filter(({ label }) => label === 'Number of Images'),
		);
		const ranges = new Set(numbers.map(({ minimum, maximum }) => `${minimum} to ${maximum}`));
		expect(ranges.size).toBe(1);
		expect(page).toContain(`makes ${[...ranges][0]} pictures`);
	});

	it('tells which model takes one image only', () => {
		const ofOne = everyOffer.filter(({ offer }) => offer.inputImages?.maximumCount === 1);
		expect([...new Set(ofOne.map(({ name }) => name))]).toEqual(['FLUX 1.1 [pro]']);
		expect(page).toContain('FLUX 1.1 [pro] takes one.');
	});

	it('tells for which models the node fetches an image itself', () => {
		const fetched = everyOffer.filter(({ offer }) => offer.inputImages?.urlsAreFetched);
		expect(fetched.map(({ name, offer }) => `${name}: ${offer.gateways.join(', ')}`)).toEqual([
			'FLUX 1.1 [pro]: seaArtCloud, odiRouter',
			'FLUX 1.1 [pro]: vtrix',
			'FLUX.2 [pro]: seaArtCloud, odiRouter',
			'FLUX.2 [max]: seaArtCloud',
		]);
		expect(page).toContain(
			'FLUX 1.1 [pro] everywhere, and FLUX.2 at SeaArt Cloud and OdiRouter, take no URLs.',
		);
	});
});

describe('README.md', () => {
	it('tells how large an input image may be', () => {
		const [others, toApis] = [false, true]
			.map((isToApis) => {
				const offers = everyOffer.filter(
					({ offer }) => offer.gateways.some((id) => id === 'toApis') === isToApis,
				);
				return new Set(
					offers.map(({ offer }) => (offer.inputImages?.maximumBytes ?? 0) / MEGABYTE),
				);
			})
			.map((sizes) => [...sizes].join());
		expect(readText('README.md')).toContain(
			`Input images: at most ${others} MB each, ${toApis} MB at ToAPIs.`,
		);
	});
});

/** Whether places such as `FLUX.2 [pro] (VTrix), FLUX.2 [max]` hold a model at a gateway. */
const isAmong = (places: string, model: string, gateway: string) =>
	places.split(/, (?![^()]*\))/).some((place) => {
		const [name = '', gateways] = place.split(/ \(|\)/);
		return ['all', model].includes(name) && (gateways?.split(', ').includes(gateway) ?? true);
	});

function offeredOptions(): Option[] {
	return new FluxImage().description.properties
		.filter(({ name }) => name === 'options')
		.flatMap(({ options = [] }) => options as Option[]);
}

/** A default as the page has it. */
function shownDefault({ default: value, options }: Option): string {
	if (typeof value === 'boolean') return value ? 'on' : 'off';
	if (typeof value === 'number') return String(value);
	const choice = options?.find((option) => option.value === value)?.name;
	if (choice === 'Off') return 'off';
	return choice ?? `\`${String(value)}\``;
}
