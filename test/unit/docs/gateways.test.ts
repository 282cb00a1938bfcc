import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { FluxImage } from '../../../nodes/FluxImage/FluxImage.node';
import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type { Gateway } from '../../../nodes/FluxImage/gateways/gateway';
import { credentials } from '../../../tooling/credentials';
import { PROJECT } from './document';

/** Where gateways are told of by hand: each list here is held to the node's own. */

const all = Object.values<Gateway>(GATEWAYS);
const asText = (path: string) => readFileSync(join(PROJECT, path), 'utf8');
const namesOf = (gateways: readonly Gateway[]) => gateways.map(({ displayName }) => displayName);
const named = (text: string) => namesOf(all).filter((name) => text.includes(name));

const packageJson = JSON.parse(asText('package.json')) as {
	description: string;
	keywords: string[];
};

describe('every gateway', () => {
	it('has its credential in package.json', () => {
		const types = all.map(({ credentialType }) => credentialType);
		expect(credentials.map(({ name }) => name).sort()).toEqual(types.sort());
	});

	it('has its credential in the node, for its own value of Gateway', () => {
		const rows = new FluxImage().description.credentials ?? [];
		const expected = all.map(({ id, credentialType }) => ({
			name: credentialType,
			required: true,
			displayOptions: { show: { '/gateway': [id] } },
			testedBy: credentialType,
		}));
		const byName = (one: { name: string }, other: { name: string }) =>
			one.name.localeCompare(other.name);
		expect([...rows].sort(byName)).toEqual(expected.sort(byName));
	});

	it('has a credential of its own name, with icons of its own', () => {
		const expected = all.map(({ id, displayName, credentialType }) => ({
			name: credentialType,
			displayName: `${displayName} API`,
			icon: { light: `file:../icons/${id}.svg`, dark: `file:../icons/${id}.dark.svg` },
		}));
		const present = credentials.map(({ name, displayName, icon }) => ({
			name,
			displayName,
			icon,
		}));
		const byName = (one: { name: string }, other: { name: string }) =>
			one.name.localeCompare(other.name);
		expect(present.sort(byName)).toEqual(expected.sort(byName));
	});

	it('has both icons drawn', () => {
		const icons = all.flatMap(({ id }) => [`${id}.svg`, `${id}.dark.svg`]);
		expect(readdirSync(join(PROJECT, 'icons'))).toEqual(expect.arrayContaining(icons));
	});

	it('is named in the description of package.json', () => {
		expect(named(packageJson.description)).toEqual(namesOf(all));
	});

	it('is a keyword of package.json, as one word in lower case', () => {
		const words = all.map(({ id }) => id.replace(/Cloud$/, '').toLowerCase());
		expect(packageJson.keywords).toEqual(expect.arrayContaining(words));
	});
});
