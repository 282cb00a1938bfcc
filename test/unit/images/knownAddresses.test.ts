import { refusedAddress } from '../../../nodes/FluxImage/images/knownAddresses';

const TOKEN = '123456789:AAF-secret_of_the_bot';

/** Where the token stands, and how it is written. */
const TELEGRAM: readonly string[] = [
	'https://api.telegram.org/file/bot123%3AAAF-secret/a.jpg',
	'https://api.telegram.org/file/%62ot123:AAF/a.jpg',
	'https://api.telegram.org/file/bot123%253AAAF/a.jpg',
	'https://api.telegram.org/file/bot123%25252525253AAAF/a.jpg',
	'https://api.telegram.org/file/bot123%%33AAAF/a.jpg',
	'https://api.telegram.org./file/bot123:AAF/a.jpg',
	'https://images.weserv.nl/?url=api.telegram.org/file/bot123:AAF/p.jpg',
	'https://images.weserv.nl/?url=https%3A%2F%2Fapi.telegram.org%2Ffile%2Fbot123%3AAAF%2Fp.jpg',
	'https://proxy.example/?a=1&u=bot123:AAF#x',
	'https://proxy.example/p#https://api.telegram.org/file/bot123:AAF/p.jpg',
	'https://proxy.example/resize/https://api.telegram.org/file/bot123:AAF/p.jpg',
	`https://proxy.example/file?token=${TOKEN}0123456789`,
	`https://proxy.example/rs:fit:300/${Buffer.from('https://api.telegram.org/file/bot123:AAF/p.jpg').toString('base64url')}.png`,
];

describe('An address that is known', () => {
	it.each<[address: string, words: string]>([
		['https://drive.google.com/file/d/1AbC/view?usp=sharing', 'a page of Google Drive'],
		['https://drive.google.com/file/u/0/d/1AbC/preview', 'a page of Google Drive'],
		['https://drive.google.com/open?id=1AbC', 'a page of Google Drive'],
		['https://drive.google.com/drive/folders/1AbC', 'a page of Google Drive'],
		['https://docs.google.com/file/d/1AbC/edit', 'a page of Google Drive'],
		['https://www.dropbox.com/scl/fi/x/a.png?rlkey=s3cret&dl=0', 'a page of Dropbox'],
		['https://www.dropbox.com/s/x/a.png', 'a page of Dropbox'],
		['https://dropbox.com/s/x/a.png?dl=0', 'a page of Dropbox'],
		['https://photos.app.goo.gl/AbC', 'a page of Google Photos'],
		['https://imgur.com/a/AbC', 'a page of Imgur'],
		['https://drive.google.com./file/d/1AbC/view', 'a page of Google Drive'],
		['HTTPS://DRIVE.GOOGLE.COM/%66ile/d/1AbC/view', 'a page of Google Drive'],
		['https://drive.google.com/file/d/1AbC/uc', 'a page of Google Drive'],
		['https://docs.google.com/document/d/1AbC/edit', 'a page of Google Docs'],
		['https://docs.google.com/a/shop.example/presentation/d/1AbC/edit', 'a page of Google Docs'],
		['https://docs.google.com/presentation/d/1AbC/pub', 'a page of Google Docs'],
		['https://docs.google.com/drawings/d/1AbC/edit', 'a page of Google Docs'],
		['https://docs.google.com/spreadsheets/d/1AbC/export?format=pdf', 'a page of Google Docs'],
		['https://m.dropbox.com/s/x/a.png?dl=0', 'a page of Dropbox'],
		['https://www.dropbox.com/home/Photos?preview=a.png', 'a page of Dropbox that gives no file'],
		['https://www.dropbox.com/home', 'a page of Dropbox that gives no file'],
		['https://www.dropbox.com/t/AbC', 'a page of Dropbox that gives no file'],
		['https://www.dropbox.com/preview/a.png?role=personal', 'a page of Dropbox that gives no file'],
		['https://goo.gl/photos/AbC', 'a page of Google Photos'],
		['https://photos.google.com./share/AbC', 'a page of Google Photos'],
		['https://imgur.com/AbC.gifv', 'a video of Imgur'],
		['https://i.imgur.com/AbC.gifv', 'a video of Imgur'],
		['https://m.imgur.com./gallery/AbC', 'a page of Imgur'],
		[`https://api.telegram.org/file/bot${TOKEN}/photos/file_1.jpg`, "holds the bot's token"],
		[`http://bots.example:8081/file/bot${TOKEN}/photos/file_1.jpg`, "holds the bot's token"],
		...TELEGRAM.map((address): [string, string] => [address, "holds the bot's token"]),
	])('as no picture is refused, with the way out: %s', (address, words) => {
		const refusal = refusedAddress(new URL(address));
		expect(refusal).toContain(words);
		expect(refusal).not.toMatch(/s3cret|secret_of|AAF/);
	});

	it.each([
		'https://drive.google.com/uc?export=download&id=1AbC',
		'https://drive.google.com/thumbnail?id=1AbC&sz=w2000',
		'https://drive.usercontent.google.com/download?id=1AbC',
		'https://docs.google.com/drawings/d/e/1AbC/pub?w=960',
		'https://lh3.googleusercontent.com/d/1AbC',
		'https://www.dropbox.com/scl/fi/x/a.png?rlkey=y&dl=1',
		'https://www.dropbox.com/s/x/a.png?raw=1',
		'https://dl.dropboxusercontent.com/s/x/a.png',
		'https://i.imgur.com/AbC.png',
		'https://shop.example/bot1/a.png',
		'https://robots.example/bots/12:30/a.png',
		'https://robots.example/robot12:30/a.png',
		'https://shop.example:8443/a.png?at=12:30:15&id=1234567890:7',
		'https://proxy.example/aHR0cHM6Ly9zaG9wLmV4YW1wbGUvYS5wbmc',
		'https://shop.example/100%/%E4%BD%A0.png?x=%zz',
		'https://docs.google.com/presentation/d/1AbC/export/png?pageid=p',
		'https://docs.google.com/spreadsheets/d/e/1AbC/pubchart?oid=1&format=image',
		'https://docs.google.com/uc?export=download&id=1AbC',
		'https://dl.dropbox.com/s/x/a.png',
		'https://goo.gl/AbC',
		'https://notdropbox.com/s/x/a.png',
		'https://drive.google.com.shop.example/file/d/1AbC/view',
		'https://imgur.com/AbC.png',
		'https://i.imgur.com/AbC',
	])('to be a picture, or not known at all, is let through: %s', (address) => {
		expect(refusedAddress(new URL(address))).toBeUndefined();
	});

	it.each([
		['https://www.dropbox.com/s/x/a.png?dl=0', 'Put dl=1 in the place of dl=0 in it'],
		['https://www.dropbox.com/s/x/a.png', 'Put ?dl=1 at its end'],
		['https://www.dropbox.com/scl/fi/x/a.png?rlkey=y', 'Put &dl=1 at its end'],
		['https://www.dropbox.com/s/x/a.png?dl=', 'Let its dl be 1'],
	])('of Dropbox is refused with what makes it the file: %s', (address, remedy) => {
		expect(refusedAddress(new URL(address))).toBe(
			`URL is a page of Dropbox, and not the file. ${remedy}`,
		);
	});
});
