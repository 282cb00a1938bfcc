import { request } from 'undici';
import { startSandbox, type Gateway, type Sandbox, type SandboxOptions } from '../../sandbox';

/** A reply with a JSON body. */
export interface JsonReply {
	statusCode: number;
	headers: Record<string, string | string[] | undefined>;
	body: Record<string, unknown>;
}

/** Scale of the pictures on a fixture: small ones are drawn in milliseconds. */
export const fixtureScale = 0.125;

/** A sandbox on a clock that stands still until the test moves it. */
export class Fixture {
	nowMs = Date.UTC(2026, 0, 1);

	private constructor(private started?: Sandbox) {}

	static async open(options: SandboxOptions = {}): Promise<Fixture> {
		const fixture = new Fixture();
		fixture.started = await startSandbox({
			pictureScale: fixtureScale,
			nowMs: () => fixture.nowMs,
			...options,
		});
		return fixture;
	}

	get sandbox(): Sandbox {
		if (!this.started) throw new Error('the sandbox has not started');
		return this.started;
	}

	/** Lets time pass. */
	pass(seconds: number): void {
		this.nowMs += seconds * 1000;
	}

	/** No faults, no quirks, an empty ledger. */
	reset(): void {
		this.sandbox.faults.clear();
		this.sandbox.quirks.reset();
		this.sandbox.ledger.clear();
	}

	/** Calls a gateway with JSON, at a path below its base URL or at a full URL. */
	async call(
		gateway: Gateway,
		method: 'GET' | 'POST' | 'PUT',
		path: string,
		body?: unknown,
		key = this.sandbox.keys.valid,
	): Promise<JsonReply> {
		const response = await request(this.sandbox.baseUrls[gateway] + path, {
			method,
			headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		const { statusCode, headers } = response;
		return { statusCode, headers, body: (await response.body.json()) as JsonReply['body'] };
	}

	/** The bytes at a URL, fetched without a key. */
	async bytesAt(url: unknown): Promise<Buffer> {
		const { statusCode, body } = await request(String(url));
		const bytes = Buffer.from(await body.arrayBuffer());
		if (statusCode !== 200) throw new Error(`HTTP ${statusCode} for ${String(url)}`);
		return bytes;
	}

	async close(): Promise<void> {
		await this.sandbox.close();
	}
}
