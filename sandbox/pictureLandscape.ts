import type { SKRSContext2D } from '@napi-rs/canvas';
import { seededRandom, type Random } from './random';

/** Colors of one mood: the sky from top to horizon, the sun, and the hills from far to near. */
interface Palette {
	sky: readonly [top: string, middle: string, horizon: string];
	sun: string;
	far: Color;
	near: Color;
}

type Color = readonly [red: number, green: number, blue: number];

const palettes: readonly Palette[] = [
	{
		sky: ['#1b1f4b', '#7b3f8c', '#ff9e7a'],
		sun: '#ffe3b3',
		far: [196, 110, 140],
		near: [28, 18, 52],
	},
	{
		sky: ['#0f3057', '#2d7f9d', '#f4e3b2'],
		sun: '#fff7dc',
		far: [120, 170, 176],
		near: [10, 44, 62],
	},
	{
		sky: ['#3a1c4d', '#c0486b', '#ffc371'],
		sun: '#fff0c9',
		far: [214, 122, 108],
		near: [52, 18, 48],
	},
	{
		sky: ['#16324f', '#4a8c8c', '#d9f2c4'],
		sun: '#fdffe8',
		far: [132, 184, 150],
		near: [12, 50, 46],
	},
	{
		sky: ['#20124d', '#5148a6', '#f6a6c1'],
		sun: '#ffe6f0',
		far: [158, 124, 190],
		near: [24, 16, 66],
	},
	{
		sky: ['#5b2333', '#d96c4f', '#ffe0a3'],
		sun: '#fffbe6',
		far: [222, 150, 110],
		near: [62, 24, 30],
	},
	{
		sky: ['#0b2545', '#3d6ea8', '#e3eefc'],
		sun: '#ffffff',
		far: [150, 178, 210],
		near: [16, 40, 78],
	},
	{
		sky: ['#12232e', '#27566b', '#9fd8cb'],
		sun: '#e8fff8',
		far: [92, 150, 150],
		near: [8, 30, 36],
	},
];

interface Scene {
	context: SKRSContext2D;
	width: number;
	height: number;
	palette: Palette;
	random: Random;
}

/** Fills the canvas with hills under a low sun; every seed gives another view. */
export function paintLandscape(
	context: SKRSContext2D,
	size: { width: number; height: number },
	seed: number,
): void {
	const random = seededRandom(seed);
	const palette = palettes[Math.floor(random() * palettes.length)] ?? (palettes[0] as Palette);
	const scene: Scene = { context, width: size.width, height: size.height, palette, random };
	paintSky(scene);
	paintStars(scene);
	paintSun(scene);
	paintHills(scene);
}

function paintSky({ context, width, height, palette }: Scene): void {
	const sky = context.createLinearGradient(0, 0, 0, height * 0.7);
	palette.sky.forEach((color, at) => sky.addColorStop(at / 2, color));
	context.fillStyle = sky;
	context.fillRect(0, 0, width, height);
}

function paintStars({ context, width, height, random }: Scene): void {
	const unit = Math.min(width, height) / 1000;
	for (let star = 0; star < 90; star++) {
		const depth = random() ** 2;
		context.fillStyle = `rgba(255, 255, 255, ${(0.55 * (1 - depth)).toFixed(3)})`;
		context.beginPath();
		context.arc(random() * width, depth * height * 0.5, (0.6 + 1.6 * random()) * unit, 0, 7);
		context.fill();
	}
}

function paintSun({ context, width, height, palette, random }: Scene): void {
	const x = width * (0.2 + 0.6 * random());
	const y = height * (0.2 + 0.2 * random());
	const radius = Math.min(width, height) * (0.07 + 0.05 * random());
	const glow = context.createRadialGradient(x, y, radius * 0.6, x, y, radius * 6);
	glow.addColorStop(0, `${palette.sun}cc`);
	glow.addColorStop(0.25, `${palette.sun}44`);
	glow.addColorStop(1, `${palette.sun}00`);
	context.fillStyle = glow;
	context.fillRect(0, 0, width, height);
	context.fillStyle = palette.sun;
	context.beginPath();
	context.arc(x, y, radius, 0, 7);
	context.fill();
}

const hillCount = 7;

function paintHills(scene: Scene): void {
	for (let hill = 0; hill < hillCount; hill++) paintHill(scene, hill / (hillCount - 1));
}

/** One ridge; `nearness` runs from 0 at the horizon to 1 in front. */
function paintHill(scene: Scene, nearness: number): void {
	const { context, width, height, palette } = scene;
	const ridge = ridgeLine(scene, nearness);
	const top = height * (0.4 + 0.38 * nearness);
	const steps = 96;
	context.beginPath();
	context.moveTo(0, height);
	for (let step = 0; step <= steps; step++) {
		context.lineTo((width * step) / steps, top - ridge(step / steps));
	}
	context.lineTo(width, height);
	context.closePath();
	const mist = context.createLinearGradient(0, top - height * 0.12, 0, top + height * 0.3);
	mist.addColorStop(0, mixed(palette.far, palette.near, nearness));
	mist.addColorStop(1, mixed(palette.far, palette.near, Math.max(0, nearness - 0.22)));
	context.fillStyle = mist;
	context.fill();
}

/** The height of a ridge over its base line along the width: a sum of seeded waves. */
function ridgeLine({ height, width, random }: Scene, nearness: number): (at: number) => number {
	const stretch = Math.sqrt(width / height);
	const waves = Array.from({ length: 5 }, (_, octave) => ({
		frequency: (2 + 2.4 * random()) * 1.9 ** octave * stretch,
		phase: random() * Math.PI * 2,
		amplitude: (height * (0.05 + 0.03 * (1 - nearness)) * (0.6 + 0.8 * random())) / 2.1 ** octave,
	}));
	return (at) =>
		waves.reduce(
			(sum, { frequency, phase, amplitude }) => sum + amplitude * Math.sin(at * frequency + phase),
			0,
		);
}

function mixed(from: Color, to: Color, share: number): string {
	const parts = from.map((part, at) => Math.round(part + ((to[at] ?? part) - part) * share));
	return `rgb(${parts.join(', ')})`;
}
