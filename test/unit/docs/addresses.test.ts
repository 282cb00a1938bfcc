import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { anchorsOf, PROJECT, readDocument } from './document';

/** What people reach from the editor, the credentials, the examples and the forms of the repository. */
const FOLDERS = ['nodes', 'credentials', 'workflows', '.github', 'scripts'];

const { homepage } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
	homepage: string;
};

const texts = FOLDERS.flatMap((folder) =>
	readdirSync(join(PROJECT, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && /\.(ts|json|yml|md|mjs)$/.test(entry.name))
		.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')),
);

const headings = readDocument('README.md').headings.map(({ text }) => text);

describe('An address of this repository', () => {
	it('leads to a heading of README.md', () => {
		const address = new RegExp(`${homepage}#([\\w-]+)`, 'g');
		const anchors = texts.flatMap((text) =>
			[...text.matchAll(address)].map(([, anchor]) => anchor),
		);
		const known = [...anchorsOf(readDocument('README.md')), 'readme'];
		expect(anchors.length).toBeGreaterThan(0);
		expect(anchors.filter((anchor = '') => !known.includes(anchor))).toEqual([]);
	});

	it('names no file, whose path may change', () => {
		const files = new RegExp(`${homepage}/(blob|tree|raw)/`);
		expect(texts.filter((text) => files.test(text))).toEqual([]);
	});
});

describe('A note of an example', () => {
	it('names a section of the README as it is called', () => {
		const named = texts.flatMap((text) =>
			[...text.matchAll(/\*([^*]+)\* in the README/g)].map(([, section = '']) => section),
		);
		expect(named.length).toBeGreaterThan(0);
		expect(named.filter((section) => !headings.includes(section))).toEqual([]);
	});
});
