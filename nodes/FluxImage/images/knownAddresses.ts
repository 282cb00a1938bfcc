import { holdsBotToken, withoutEscapes } from './botToken';

/** The parts of an address that tell what it gives: a host has no dot at its end, a path no escapes. */
interface Place {
	readonly host: string;
	readonly path: string;
	readonly query: URLSearchParams;
}

/** Addresses of one service that give no picture. */
interface KnownPage {
	/** The domain, with all hosts below it but those in `except`. */
	readonly domain: string;
	readonly except?: RegExp;
	readonly isPage: (place: Place) => boolean;
	/** What is wrong with it, and the way out; nothing of the address itself. */
	readonly refusal: string | ((place: Place) => string);
}

const DOWNLOAD =
	'download the file in a node before this one, and choose Binary Field as its Source';

const TELEGRAM =
	"URL is a Telegram file link, which holds the bot's token, so it is sent to nobody. Download the file in the Telegram node before this one, and choose Binary Field as its Source";

const GOOGLE_DRIVE = `URL is a page of Google Drive, and not the file. Take https://drive.google.com/uc?export=download&id= with the ID of the file behind it, or ${DOWNLOAD}`;

const GOOGLE_PHOTOS =
	'URL is a page of Google Photos, and not the picture. Download it before, and choose Binary Field as its Source';

/** Links of Dropbox that give the file where they ask for it. */
const DROPBOX_SHARED = /^\/(s|scl|sh)\//;

/** Pages of Dropbox that no parameter makes a file: a person's own files, and transfers. */
const DROPBOX_PAGE =
	/^\/(home|work|personal|preview|t|transfer|l|sc|request|photos|recents|sharing|paper|login)(\/|$)/;

/** What Google's editors give as a picture, in the place of a page. */
const PICTURE_OF_GOOGLE_DOCS = /\/export\/(png|jpe?g)$|\/drawings\/.*\/pub$|\/pubchart$/;

/**
 * What a person copies from a browser is often a page around the picture. The gateway, which fetches it,
 * would say so after its own fashion, perhaps in a paid task.
 */
const PAGES: readonly KnownPage[] = [
	{
		domain: 'drive.google.com',
		isPage: ({ path }) => !/^\/((a|u)\/[^/]+\/)?(uc|thumbnail)$/.test(path),
		refusal: GOOGLE_DRIVE,
	},
	{
		domain: 'docs.google.com',
		isPage: ({ path }) => /^\/((a|u)\/[^/]+\/)?(file|open)(\/|$)/.test(path),
		refusal: GOOGLE_DRIVE,
	},
	{
		domain: 'docs.google.com',
		isPage: ({ path }) =>
			/^\/((a|u)\/[^/]+\/)?(document|spreadsheets|presentation|drawings|forms)(\/|$)/.test(path) &&
			!PICTURE_OF_GOOGLE_DOCS.test(path),
		refusal:
			'URL is a page of Google Docs, and not a picture. Export the picture, and choose Binary Field as its Source',
	},
	{
		domain: 'dropbox.com',
		except: /^dl\./,
		isPage: ({ path, query }) =>
			DROPBOX_SHARED.test(path) && query.get('dl') !== '1' && query.get('raw') !== '1',
		refusal: ({ query }) => `URL is a page of Dropbox, and not the file. ${dropboxRemedy(query)}`,
	},
	{
		domain: 'dropbox.com',
		except: /^dl\./,
		isPage: ({ path }) => DROPBOX_PAGE.test(path),
		refusal: `URL is a page of Dropbox that gives no file. Share the file there and put dl=1 into its link, or ${DOWNLOAD}`,
	},
	{ domain: 'photos.google.com', isPage: () => true, refusal: GOOGLE_PHOTOS },
	{ domain: 'photos.app.goo.gl', isPage: () => true, refusal: GOOGLE_PHOTOS },
	{
		domain: 'goo.gl',
		isPage: ({ path }) => /^\/photos(\/|$)/.test(path),
		refusal: GOOGLE_PHOTOS,
	},
	{
		domain: 'imgur.com',
		isPage: ({ path }) => /\.(gifv|mp4|webm)$/i.test(path),
		refusal:
			'URL is a video of Imgur, and not a picture. Take the address of a picture, such as the same one with .jpg at its end',
	},
	{
		domain: 'imgur.com',
		except: /^(i|s)\./,
		isPage: ({ path }) => !/\.\w{3,4}$/.test(path),
		refusal:
			'URL is a page of Imgur, and not the picture. Copy the address of the picture itself, which begins with https://i.imgur.com/',
	},
];

function dropboxRemedy(query: URLSearchParams): string {
	const dl = query.get('dl');
	if (dl === '0') return 'Put dl=1 in the place of dl=0 in it';
	if (dl !== null) return 'Let its dl be 1';
	return `Put ${query.size > 0 ? '&' : '?'}dl=1 at its end`;
}

/** Why an address is not sent, and what to do; nothing where nothing is known against it. */
export function refusedAddress(address: URL): string | undefined {
	if (holdsBotToken(address)) return TELEGRAM;
	const place: Place = {
		host: address.hostname.replace(/\.+$/, ''),
		path: withoutEscapes(address.pathname),
		query: address.searchParams,
	};
	const page = PAGES.find(
		({ domain, except, isPage }) =>
			(place.host === domain || place.host.endsWith(`.${domain}`)) &&
			!except?.test(place.host) &&
			isPage(place),
	);
	if (!page) return undefined;
	return typeof page.refusal === 'string' ? page.refusal : page.refusal(place);
}
