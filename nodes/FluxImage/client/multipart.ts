import { randomUUID } from 'node:crypto';

import type { FileUpload } from '../gateways/gateway';

/**
 * A file as a multipart/form-data body (RFC 7578). Built here, since the two lines of n8n take
 * different form objects and both take bytes.
 */
export function multipartBody({ fieldName, fileName, contentType, bytes }: FileUpload): {
	headers: Record<string, string>;
	bytes: Buffer;
} {
	const boundary = `flux-image-${randomUUID()}`;
	const head = [
		`--${boundary}`,
		`Content-Disposition: form-data; name="${fieldName}"; filename="${quotable(fileName)}"`,
		`Content-Type: ${contentType}`,
		'\r\n',
	].join('\r\n');
	return {
		headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
		bytes: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
	};
}

/** A file name that cannot end its quotes or its line. */
const quotable = (fileName: string) => fileName.replace(/["\r\n\\]/g, '_');
