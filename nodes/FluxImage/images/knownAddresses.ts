/** Addresses of one service that give no picture, or must not leave n8n. */
interface KnownAddress {
	readonly is: (address: URL) => boolean;
	/** What is wrong with it, and the way out; nothing of the address itself. */
	readonly refusal: string;
}

/**
 * What a person copies from a browser is often a page around the picture. The gateway, which fetches it,
 * would say so after its own fashion, perhaps in a paid task.
 */
const KNOWN: readonly KnownAddress[] = [
	{
		// The bot's token is a part of the path, on Telegram's host and on servers of one's own.
		is: ({ pathname }) => /\/bot\d+(:|%3a)/i.test(pathname),
		refusal:
			"URL is a Telegram file link, which holds the bot's token, so it is sent to nobody. Download the file in the Telegram node before this one, and choose Binary Field as its Source",
	},
	{
		is: ({ hostname, pathname }) =>
			(hostname === 'drive.google.com' && !/\/(uc|thumbnail)$/.test(pathname)) ||
			(hostname === 'docs.google.com' && /^\/(file|open)\b/.test(pathname)),
		refusal:
			'URL is a page of Google Drive, and not the file. Take https://drive.google.com/uc?export=download&id= with the ID of the file behind it, or download the file in a node before this one, and choose Binary Field as its Source',
	},
	{
		is: ({ hostname, pathname, searchParams }) =>
			/^(www\.)?dropbox\.com$/.test(hostname) &&
			/^\/(s|scl|sh)\//.test(pathname) &&
			searchParams.get('dl') !== '1' &&
			searchParams.get('raw') !== '1',
		refusal: 'URL is a page of Dropbox, and not the file. Put dl=1 in the place of dl=0 in it',
	},
	{
		is: ({ hostname }) => /^photos\.(google\.com|app\.goo\.gl)$/.test(hostname),
		refusal:
			'URL is a page of Google Photos, and not the picture. Download it before, and choose Binary Field as its Source',
	},
	{
		is: ({ hostname, pathname }) =>
			/^(www\.|m\.)?imgur\.com$/.test(hostname) && !/\.\w{3,4}$/.test(pathname),
		refusal:
			'URL is a page of Imgur, and not the picture. Copy the address of the picture itself, which begins with https://i.imgur.com/',
	},
];

/** Why an address is not sent, and what to do; nothing where nothing is known against it. */
export function refusedAddress(address: URL): string | undefined {
	return KNOWN.find(({ is }) => is(address))?.refusal;
}
