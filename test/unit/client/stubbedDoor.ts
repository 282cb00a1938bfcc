import type { IExecuteFunctions, IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';

import { openHttp, type Http } from '../../../nodes/FluxImage/client/http';
import type { Clock } from '../../../nodes/FluxImage/core/clock';
import { GATEWAYS } from '../../../nodes/FluxImage/gateways';

const CREDENTIAL = { baseUrl: 'https://gateway.test', apiKey: 'key', data: { apiKey: 'key' } };

/** What n8n's helper does with a request. */
export type Request = (options: IHttpRequestOptions) => Promise<IN8nHttpFullResponse>;

/** A door on a test's own clock, behind which n8n's helper does what the test says. */
export function stubbedDoor(clock: Clock, request: Request): Http {
	const helpers = { httpRequest: request, httpRequestWithAuthentication: withKey };
	async function withKey(_type: string, options: IHttpRequestOptions) {
		return await request(options);
	}
	const context = { helpers } as unknown as IExecuteFunctions;
	return openHttp(context, GATEWAYS.seaArtCloud, CREDENTIAL, clock);
}
