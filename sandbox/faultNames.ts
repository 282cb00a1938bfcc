/** Faults that any call can meet. */
export const replyFaults = [
	/** HTTP 429, `Retry-After` absent. */
	'429',
	/** HTTP 429, `Retry-After` in seconds. */
	'429-seconds',
	/** HTTP 429, `Retry-After` as a date. */
	'429-date',
	'401',
	'403',
	'404',
	/** The task is not known (yet), in the gateway's own words and with its own status. */
	'unknownTask',
	'500',
	'502-html',
	'503',
	/** HTTP 503 and plain text: no channel is free (docs/contracts/toapis.md#errors). */
	'503-text',
	'504-html',
	/** HTTP 503 in the gateway's own words: what counts the calls is out of order. */
	'limiterDown',
	/** The connection is reset. */
	'reset',
	/** No answer ever. */
	'hang',
	/** HTTP 200 and JSON that breaks off. */
	'cutJson',
	/** HTTP 200 and a web page. */
	'html200',
	/** The right answer, a few bytes at a time. */
	'slowDrip',
	/** HTTP 302 to another origin. */
	'redirect',
] as const;

/** Faults of downloads: the file is there, but something is wrong with it. */
export const pictureFaults = [
	/** `Content-Length` promises more than comes. */
	'truncated',
	/** A chunked body that breaks off. */
	'cutChunked',
	/** A web page in place of the picture. */
	'html',
	/** The picture under a type that is none. */
	'wrongType',
	/** HTTP 403 as a storage service answers once a signed URL has run out. */
	'expired',
	/** A body without end. */
	'endless',
	/** The first half of the picture, under the half's own `Content-Length`. */
	'half',
	/** The first half of the picture, without `Content-Length`, and an orderly end. */
	'halfUnknownLength',
	/** The picture without `Content-Length`. */
	'unknownLength',
] as const;

export type FaultName = (typeof replyFaults)[number] | (typeof pictureFaults)[number];
