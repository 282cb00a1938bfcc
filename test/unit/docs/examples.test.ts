import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { PROJECT } from './document';

interface CanvasNode {
	name: string;
	type: string;
	position: [number, number];
	parameters: { width?: number; height?: number };
}

interface Box {
	name: string;
	left: number;
	top: number;
	right: number;
	bottom: number;
}

/** A node with the name below it, as the canvas draws them, in pixels. */
const NODE = { width: 100, height: 140 };
const NOTE = 'n8n-nodes-base.stickyNote';

const FOLDER = join(PROJECT, 'workflows');
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

function boxOf({ name, type, position: [left, top], parameters }: CanvasNode): Box {
	const { width = NODE.width, height = NODE.height } = type === NOTE ? parameters : {};
	return { name, left, top, right: left + width, bottom: top + height };
}

const overlaps = (one: Box, other: Box) =>
	one.left < other.right &&
	other.left < one.right &&
	one.top < other.bottom &&
	other.top < one.bottom;

describe.each(files)('the example %s', (file) => {
	const { nodes } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as {
		nodes: CanvasNode[];
	};

	it('has notes that cover nothing', () => {
		const boxes = nodes.map(boxOf);
		const notes = nodes.filter(({ type }) => type === NOTE).map(boxOf);
		const covered = notes.flatMap((note) =>
			boxes.filter((box) => box.name !== note.name && overlaps(note, box)),
		);
		expect(covered.map(({ name }) => name)).toEqual([]);
	});
});
