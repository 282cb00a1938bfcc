import { webhooksAt } from '../n8n/webhooks';
import { fixture } from './fixture';

export const { get, post, postForm } = webhooksAt(fixture.url);
