import {
	NodeHelpers,
	type INodeParameters,
	type INodeProperties,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { FluxImage } from '../../../nodes/FluxImage/FluxImage.node';
import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { OPERATIONS } from '../../../nodes/FluxImage/operations';

const { description } = new FluxImage();
const { properties } = description;
const TOOL: INodeTypeDescription = { ...description, name: 'fluxImageTool' };
const node = { typeVersion: 1 };

/** The fields that a form shows from the top, its collections closed. */
const shown = (values: INodeParameters, form = description) =>
	properties
		.filter((property) => NodeHelpers.displayParameter(values, property, node, form))
		.map(({ name }) => name);

const everyForm = Object.keys(GATEWAYS).flatMap((gateway) =>
	OPERATIONS.flatMap(({ resource, value }) =>
		[description, TOOL].map(
			(form) => [form.name, gateway, `${resource} > ${value}`, form, resource, value] as const,
		),
	),
);

describe('The form', () => {
	it.each(everyForm)(
		'of %s at %s for %s begins with the gateway, and its credential below it',
		(_name, gateway, _operation, form, resource, operation) => {
			const fields = shown({ gateway, resource, operation }, form);
			expect(fields.slice(0, 4)).toEqual(['gateway', 'credentials', 'resource', 'operation']);
		},
	);

	it('has one place for the credential, which holds no value of its own', () => {
		const places = properties.filter(({ type }) => type === 'credentials');
		expect(places).toEqual([expect.objectContaining({ name: 'credentials', default: '' })]);
	});
});

describe('What a person picks from', () => {
	// Those that ask for a version are for n8n's assistants, and never show.
	const collections = properties.filter(
		({ type, displayOptions }) => type === 'collection' && !displayOptions?.show?.['@version'],
	);

	it.each(collections)('stands by its label in $displayName, $#', ({ options = [] }) => {
		const labels = (options as INodeProperties[]).map(({ displayName }) => displayName);
		expect(labels.length).toBeGreaterThan(1);
		expect(labels).toEqual([...labels].sort((one, other) => one.localeCompare(other, 'en')));
	});
});

describe('The actions in the node panel', () => {
	const actions = OPERATIONS.map(({ action }) => action);

	it('begin with the one that makes a picture, and say that it edits', () => {
		expect(actions.slice(0, 2)).toEqual(['Generate or edit an image', 'Start an image task']);
	});

	it('have the operation first that an assistant takes as its example', () => {
		const [operation] = properties.filter(({ name }) => name === 'operation');
		expect(operation?.options?.[0]).toMatchObject({ value: 'generateAndWait' });
		expect(operation?.default).toBe('generateAndWait');
	});

	it('differ from each other, as they become the names of nodes', () => {
		expect(new Set(actions).size).toBe(actions.length);
	});
});
