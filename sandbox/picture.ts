import { createCanvas, type Canvas } from '@napi-rs/canvas';
import type { Gateway } from './gateways';
import { thumbnailOf, type Thumbnail } from './inputImages';
import type { PictureFormat } from './models';
import { paintCaption } from './pictureCaption';
import { paintLandscape } from './pictureLandscape';
import { seedOf } from './random';

/** All that a picture shows. Equal requests with equal input images give equal bytes. */
export interface PictureRequest {
	gateway: Gateway;
	/** The model's id on the wire. */
	model: string;
	prompt: string;
	/** Absent: derived from the prompt. */
	seed?: number;
	/** In pixels. */
	width: number;
	height: number;
	format: PictureFormat;
	/** Which of the pictures of one task, from 0. Default 0. */
	index?: number;
	/** How many pictures the task has. Default 1. */
	count?: number;
	/** Further parameters, as they are written below the prompt. */
	details?: string[];
}

/** JPEG and WebP quality, in percent: high enough that small text stays clear. */
const quality = 90;

/**
 * Draws the picture that the sandbox gives for a request.
 *
 * @param inputImages files of the input images, in the order of the create's parameters
 * @throws when an input image cannot be decoded
 */
export async function drawPicture(
	request: PictureRequest,
	inputImages: readonly Buffer[] = [],
): Promise<Buffer> {
	return await paintPicture(request, await Promise.all(inputImages.map(thumbnailOf)));
}

/** The same from images that are decoded already. */
export async function paintPicture(
	request: PictureRequest,
	thumbnails: readonly Thumbnail[],
): Promise<Buffer> {
	const canvas = createCanvas(request.width, request.height);
	const context = canvas.getContext('2d');
	const { gateway, model, prompt, seed, index = 0 } = request;
	paintLandscape(context, request, seedOf(gateway, model, prompt, seed ?? 'none', index));
	paintCaption(context, request, thumbnails);
	return await encode(canvas, request.format);
}

/** A picture of one color: for benchmarks, where drawing would cost more than what is measured. */
export async function plainPicture(request: PictureRequest): Promise<Buffer> {
	const canvas = createCanvas(request.width, request.height);
	const context = canvas.getContext('2d');
	context.fillStyle = '#3a6ea5';
	context.fillRect(0, 0, request.width, request.height);
	return await encode(canvas, request.format);
}

async function encode(canvas: Canvas, format: PictureFormat): Promise<Buffer> {
	if (format === 'png') return await canvas.encode('png');
	return await canvas.encode(format, quality);
}
