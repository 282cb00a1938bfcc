import type { GatewayReply } from '../../../nodes/FluxImage/gateways/gateway';

/** A reply as the transport hands it to a gateway. */
export function reply(
	statusCode: number,
	body: unknown,
	headers: Record<string, string> = {},
): GatewayReply {
	return { statusCode, headers, body };
}

/** A page as a proxy in front of a gateway sends it. */
export const htmlPage = (title: string) =>
	`<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`;
