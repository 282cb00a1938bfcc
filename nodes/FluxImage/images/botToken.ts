/**
 * How often an address is decoded, one that was escaped within one that was escaped. A URL in a URL is
 * decoded twice; more is nobody's mistake.
 */
const DECODED_AT_MOST = 10;

/** `%25`, however often it was escaped itself. */
const ESCAPED_PERCENT = /%(?:25)+/g;

/**
 * A text without its escapes, those of an address within it among them. Letters beyond ASCII come out as
 * bytes, and what is no escape stays.
 */
export function withoutEscapes(text: string): string {
	let decoded = text;
	for (let count = 0; count < DECODED_AT_MOST; count++) {
		const next = decoded
			.replace(ESCAPED_PERCENT, '%')
			.replace(/%([0-9a-f]{2})/gi, (_escape, byte: string) =>
				String.fromCharCode(Number.parseInt(byte, 16)),
			);
		if (next === decoded) break;
		decoded = next;
	}
	return decoded;
}

/** An address as base64, as some proxies for pictures have it in theirs; it begins with `http`. */
const ADDRESS_IN_BASE64 = /aHR0c[A-Za-z0-9+/_-]*/g;

/** As in a file link of Telegram, or a token by itself. */
const TOKEN = /(?:^|[^a-z0-9])bot\d+:|(?:^|\D)\d{6,12}:[\w-]{30,}/i;

/**
 * Whether a token of a Telegram bot stands anywhere in an address: on Telegram's host, on a server of
 * one's own, or in an address that is handed to a proxy for pictures.
 */
export function holdsBotToken({ href }: URL): boolean {
	const text = withoutEscapes(href);
	// Some proxies part long base64 by slashes, which are letters of it elsewhere.
	const within = (text.match(ADDRESS_IN_BASE64) ?? [])
		.flatMap((part) => [part, part.replaceAll('/', '')])
		.map((part) => withoutEscapes(Buffer.from(part, 'base64').toString('latin1')));
	return [text, ...within].some((part) => TOKEN.test(part));
}
