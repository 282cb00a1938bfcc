import { randomBytes } from 'node:crypto';
import type { Task, TaskStore } from './jobs';
import { paintPicture, plainPicture, type PictureRequest } from './picture';

/** Bytes of drawn pictures to remember. */
const rememberedBytes = 128 * 1024 * 1024;

/** How pictures are made. */
export interface PictureSettings {
	/** One color in place of a drawing. */
	plain: boolean;
	/** Pads every file to this many bytes. */
	bytes?: number;
}

/** A file that the picture host serves. */
export interface HostedFile {
	bytes: Buffer;
	type: string;
	task?: Task;
}

const extensions: Record<string, string> = {
	'image/png': 'png',
	'image/jpeg': 'jpg',
	'image/webp': 'webp',
	'image/gif': 'gif',
};

/** Draws pictures when they are first asked for, and keeps the latest. */
export class PictureStore {
	private readonly drawn = new Map<string, Promise<Buffer>>();
	/** Lengths of the files that are drawn, the oldest first. */
	private readonly sizes = new Map<string, number>();
	private drawnBytes = 0;
	private readonly uploads = new Map<string, HostedFile>();
	/** The host's address; set once it listens. */
	url = '';

	constructor(
		private readonly tasks: TaskStore,
		private readonly settings: PictureSettings,
	) {}

	/** Address of a picture. Its name tells the format asked for, even where the bytes differ. */
	urlOf(task: Task, index: number): string {
		const extension = extensions[`image/${task.order.pictures[index]?.format}`];
		return `${this.url}/pictures/${task.id}/${index}.${extension}`;
	}

	/** Keeps an upload and gives its address. */
	addUpload(bytes: Buffer, type: string): string {
		const path = `/uploads/${randomBytes(8).toString('hex')}.${extensions[type]}`;
		this.uploads.set(path, { bytes, type });
		return this.url + path;
	}

	/** The file at an address of this host; undefined for other addresses. */
	async fileAtUrl(url: string): Promise<Buffer | undefined> {
		if (!url.startsWith(`${this.url}/`)) return undefined;
		return (await this.fileAt(new URL(url).pathname))?.bytes;
	}

	/** The file at a path: an upload, or a picture of a completed task. */
	async fileAt(path: string): Promise<HostedFile | undefined> {
		const upload = this.uploads.get(path);
		if (upload) return upload;
		const [, id = '', index = ''] = /^\/pictures\/([^/]+)\/(\d+)\.\w+$/.exec(path) ?? [];
		const task = this.tasks.byId(id);
		const picture = task?.order.pictures[Number(index)];
		if (!task || !picture || task.stateAt(this.tasks.nowMs()) !== 'completed') return undefined;
		return { bytes: await this.bytesOf(task, picture), type: `image/${picture.format}`, task };
	}

	private bytesOf(task: Task, picture: PictureRequest): Promise<Buffer> {
		const { quirks, thumbnails, model } = task.order;
		const swapped = quirks.jpegIsPng && picture.format === 'jpeg' && model.includes('kontext');
		const request: PictureRequest = swapped ? { ...picture, format: 'png' } : picture;
		const digests = thumbnails.map(({ digest }) => digest).join();
		const { plain } = this.settings;
		const { width, height, format } = request;
		const name = plain ? `${width}×${height} ${format}` : JSON.stringify(request) + digests;
		const known = this.drawn.get(name);
		if (known) return known;
		const made = (plain ? plainPicture(request) : paintPicture(request, thumbnails)).then((bytes) =>
			this.padded(bytes),
		);
		this.remember(name, made);
		return made;
	}

	/** Trailing zeros do no harm to any of the formats' readers. */
	private padded(bytes: Buffer): Buffer {
		const missing = (this.settings.bytes ?? 0) - bytes.length;
		return missing > 0 ? Buffer.concat([bytes, Buffer.alloc(missing)]) : bytes;
	}

	private remember(name: string, made: Promise<Buffer>): void {
		this.drawn.set(name, made);
		made.then(
			({ length }) => this.makeRoom(name, length),
			() => this.drawn.delete(name),
		);
	}

	/** Forgets the oldest files until the newest has its place. */
	private makeRoom(newest: string, length: number): void {
		this.sizes.set(newest, length);
		this.drawnBytes += length;
		for (const [name, size] of this.sizes) {
			if (this.drawnBytes <= rememberedBytes || name === newest) return;
			this.sizes.delete(name);
			this.drawn.delete(name);
			this.drawnBytes -= size;
		}
	}
}
