import { webhooksAt } from '../n8n/webhooks';
import { fixture } from './fixture';

export const { get, post } = webhooksAt(fixture.url);
