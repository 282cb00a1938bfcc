import { webhooksAt } from '../n8n/webhooks';
import { stage } from './stage';

export const { get, post, postForm } = webhooksAt(stage.url);
