import { dirname, join } from 'node:path';
import { GlobalFonts, type SKRSContext2D } from '@napi-rs/canvas';
import { definitions } from './gateways';
import type { Thumbnail } from './inputImages';
import type { PictureRequest } from './picture';
import { seedOf } from './random';

/** Fonts under names of our own, so that no font of the system can take their place. */
const fontFolder = join(dirname(require.resolve('dejavu-fonts-ttf/package.json')), 'ttf');
GlobalFonts.registerFromPath(join(fontFolder, 'DejaVuSans-Bold.ttf'), 'Sandbox Bold');
GlobalFonts.registerFromPath(join(fontFolder, 'DejaVuSans.ttf'), 'Sandbox Text');

/** Where the caption is laid out. All lengths in pixels. */
interface Layout {
	context: SKRSContext2D;
	width: number;
	height: number;
	/** A thousandth of the shorter side: the measure of all things. */
	unit: number;
	/** Inner width of the panel. */
	textWidth: number;
}

/** Writes what was asked onto the picture: input images on top, prompt and facts in a panel below. */
export function paintCaption(
	context: SKRSContext2D,
	request: PictureRequest,
	thumbnails: readonly Thumbnail[],
): void {
	const { width, height } = request;
	const unit = Math.min(width, height) / 1000;
	const layout = { context, width, height, unit, textWidth: width - 160 * unit };
	paintThumbnails(layout, thumbnails);
	paintPanel(layout, request);
}

/** The lines of facts below the prompt, each fact one pill. */
function factsOf(request: PictureRequest): string[] {
	const { gateway, model, prompt, seed, width, height, format, index = 0, count = 1 } = request;
	return [
		definitions[gateway].title,
		model,
		seed === undefined ? `no seed (${seedOf(prompt) % 100_000})` : `seed ${seed}`,
		`${width} × ${height} ${format}`,
		...(count > 1 ? [`picture ${index + 1} of ${count}`] : []),
		...(request.details ?? []),
		'sandbox',
	];
}

function paintPanel(layout: Layout, request: PictureRequest): void {
	const { context, width, height, unit } = layout;
	const prompt = fittedPrompt(layout, request.prompt);
	const pills = pillRows(layout, factsOf(request));
	const promptHeight = prompt.lines.length * prompt.size * 1.3;
	const panelHeight = promptHeight + pills.length * 58 * unit + 92 * unit;
	const top = height - panelHeight - 40 * unit;
	context.fillStyle = 'rgba(10, 12, 26, 0.66)';
	context.strokeStyle = 'rgba(255, 255, 255, 0.22)';
	context.lineWidth = Math.max(1, 2 * unit);
	context.beginPath();
	context.roundRect(40 * unit, top, width - 80 * unit, panelHeight, 28 * unit);
	context.fill();
	context.stroke();
	paintPrompt(layout, prompt, top + 40 * unit);
	paintPills(layout, pills, top + promptHeight + 58 * unit);
}

interface FittedText {
	lines: string[];
	size: number;
}

/** The largest text that leaves half of the picture free; the end of a very long one is cut. */
function fittedPrompt(layout: Layout, prompt: string): FittedText {
	const { context, height, unit } = layout;
	const text = prompt.replace(/\s+/g, ' ').trim();
	for (const size of [54, 46, 40, 34, 29, 25].map((step) => step * unit)) {
		context.font = `${size}px "Sandbox Bold"`;
		const lines = wrapped(layout, text);
		if (lines.length * size * 1.3 <= height * 0.4 - 100 * unit) return { lines, size };
	}
	const size = 25 * unit;
	const most = Math.max(2, Math.floor((height * 0.4) / (size * 1.3)));
	const lines = wrapped(layout, text);
	if (lines.length > most) lines.splice(most, Infinity, '…');
	return { lines, size };
}

/** Breaks text into lines at spaces, and words that are longer than a line anywhere. */
function wrapped({ context, textWidth }: Layout, text: string): string[] {
	const lines: string[] = [];
	let line = '';
	const fits = (candidate: string): boolean => context.measureText(candidate).width <= textWidth;
	for (const word of text.slice(0, 2_000).split(' ')) {
		const joined = line ? `${line} ${word}` : word;
		if (fits(joined)) {
			line = joined;
			continue;
		}
		if (line) lines.push(line);
		line = '';
		for (const character of word) {
			if (line && !fits(line + character)) {
				lines.push(line);
				line = '';
			}
			line += character;
		}
	}
	return [...lines, line];
}

function paintPrompt({ context, unit }: Layout, prompt: FittedText, top: number): void {
	context.font = `${prompt.size}px "Sandbox Bold"`;
	context.fillStyle = '#ffffff';
	context.textBaseline = 'top';
	prompt.lines.forEach((line, at) =>
		context.fillText(line, 80 * unit, top + at * prompt.size * 1.3),
	);
}

interface Pill {
	text: string;
	left: number;
	width: number;
}

const pillFont = (unit: number): string => `${25 * unit}px "Sandbox Text"`;

function pillRows({ context, unit, textWidth }: Layout, facts: readonly string[]): Pill[][] {
	context.font = pillFont(unit);
	const rows: Pill[][] = [[]];
	let left = 0;
	for (const text of facts) {
		const width = context.measureText(text).width + 36 * unit;
		if (left > 0 && left + width > textWidth) {
			rows.push([]);
			left = 0;
		}
		rows.at(-1)?.push({ text, left, width });
		left += width + 12 * unit;
	}
	return rows;
}

function paintPills({ context, unit }: Layout, rows: readonly Pill[][], top: number): void {
	context.font = pillFont(unit);
	context.textBaseline = 'middle';
	rows.forEach((row, at) => {
		for (const { text, left, width } of row) {
			const x = 80 * unit + left;
			const y = top + at * 58 * unit;
			context.fillStyle = 'rgba(255, 255, 255, 0.16)';
			context.beginPath();
			context.roundRect(x, y, width, 44 * unit, 22 * unit);
			context.fill();
			context.fillStyle = '#eef1ff';
			context.fillText(text, x + 18 * unit, y + 23 * unit);
		}
	});
}

/** Input images as prints with white borders, slightly turned, four to a row. */
function paintThumbnails(layout: Layout, thumbnails: readonly Thumbnail[]): void {
	const { context, width, unit } = layout;
	const across = Math.min(4, Math.max(2, thumbnails.length));
	const side = Math.min(300 * unit, (width - 80 * unit) / across - 30 * unit);
	thumbnails.forEach(({ canvas }, at) => {
		const scale = side / Math.max(canvas.width, canvas.height);
		const shown = { width: canvas.width * scale, height: canvas.height * scale };
		context.save();
		context.translate(
			60 * unit + (at % 4) * (side + 30 * unit) + side / 2,
			60 * unit + Math.floor(at / 4) * (side + 30 * unit) + side / 2,
		);
		context.rotate((at % 2 ? 1 : -1) * 0.03);
		context.fillStyle = '#ffffff';
		context.shadowColor = 'rgba(0, 0, 0, 0.5)';
		context.shadowBlur = 24 * unit;
		const border = 12 * unit;
		context.fillRect(
			-shown.width / 2 - border,
			-shown.height / 2 - border,
			shown.width + 2 * border,
			shown.height + 2 * border,
		);
		context.shadowBlur = 0;
		context.drawImage(canvas, -shown.width / 2, -shown.height / 2, shown.width, shown.height);
		context.restore();
	});
}
