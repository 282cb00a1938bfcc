import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { PROJECT } from './document';

interface CanvasNode {
	name: string;
	type: string;
	position: [number, number];
	parameters: { width?: number; height?: number; content?: string; operation?: string };
}

interface Box {
	name: string;
	left: number;
	top: number;
	right: number;
	bottom: number;
}

const NOTE = 'n8n-nodes-base.stickyNote';
const AGENT = '@n8n/n8n-nodes-langchain.agent';

/** As n8n's canvas draws, in pixels: nodes, with their names below them, and the text of notes. */
const NODE = { side: 96, letter: 8.5, widestName: 192, gap: 8, line: 20, subtitleLetter: 6.8 };
const AGENT_WIDTH = 224;
const TEXT = { letter: 6.9, line: 18.6, heading: 40, paragraphGap: 8, listIndent: 20, border: 26 };

/** More than a line of text beyond this is cut off, or an empty note; letters are taken as equally wide. */
const INEXACT = 30;
const LARGEST_GAP = 70;

const FOLDER = join(PROJECT, 'workflows');
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

function boxOf({ name, type, position, parameters }: CanvasNode): Box {
	const [left, top] = position;
	const { width = 0, height = 0 } = parameters;
	if (type === NOTE) return { name, left, top, right: left + width, bottom: top + height };
	const bottom = top + NODE.side;
	// An agent has its name beside its icon.
	if (type === AGENT) return { name, left, top, right: left + AGENT_WIDTH, bottom };
	const nameWidth = name.length * NODE.letter;
	const widths = [NODE.side, Math.min(nameWidth, NODE.widestName), subtitleWidth(type, parameters)];
	const half = Math.max(...widths) / 2;
	const middle = left + NODE.side / 2;
	// Below the name stands the subtitle.
	const lines = Math.ceil(nameWidth / NODE.widestName) + 1;
	return {
		name,
		left: middle - half,
		top,
		right: middle + half,
		bottom: bottom + NODE.gap + lines * NODE.line,
	};
}

/** Ours is the widest: `generate and wait: image`, on one line. */
function subtitleWidth(type: string, { operation = '' }: CanvasNode['parameters']): number {
	if (!type.startsWith('n8n-nodes-flux-image.')) return 0;
	const words = operation.replace(/[A-Z]/g, ' $&');
	return `${words}: image`.length * NODE.subtitleLetter;
}

const overlaps = (one: Box, other: Box) =>
	one.left < other.right &&
	other.left < one.right &&
	one.top < other.bottom &&
	other.top < one.bottom;

/** About how high the text of a note is at its width. */
function textHeight({ content = '', width = 0 }: CanvasNode['parameters']): number {
	const heights = content.split(/\n+/).map((paragraph) => {
		if (paragraph.startsWith('## ')) return TEXT.heading;
		const inList = /^(- |\d+\. )/.test(paragraph);
		const room = width - TEXT.border - (inList ? TEXT.listIndent : 0);
		const letters = paragraph.replaceAll(/[*`]/g, '').length;
		return Math.ceil((letters * TEXT.letter) / room) * TEXT.line + TEXT.paragraphGap;
	});
	return heights.reduce((sum, height) => sum + height, TEXT.paragraphGap);
}

describe.each(files)('the example %s', (file) => {
	const { nodes } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as {
		nodes: CanvasNode[];
	};
	const notes = nodes.filter(({ type }) => type === NOTE);

	it('has notes that cover no node, no name of a node and no other note', () => {
		const boxes = nodes.map(boxOf);
		const covered = notes.flatMap((note) =>
			boxes.filter((box) => box.name !== note.name && overlaps(boxOf(note), box)),
		);
		expect(covered.map(({ name }) => name)).toEqual([]);
	});

	it('has nodes that stand clear of each other, with the names and subtitles below them', () => {
		const boxes = nodes.filter(({ type }) => type !== NOTE).map(boxOf);
		const met = boxes.flatMap((box, index) =>
			boxes
				.slice(index + 1)
				.flatMap((other) => (overlaps(box, other) ? [[box.name, other.name]] : [])),
		);
		expect(met).toEqual([]);
	});

	it.each(notes)('fits the note "$name" to its text', ({ parameters }) => {
		const { height = 0 } = parameters;
		const text = textHeight(parameters);
		expect(height).toBeGreaterThanOrEqual(text - INEXACT);
		expect(height).toBeLessThanOrEqual(text + LARGEST_GAP);
	});
});
