import { webhooksAt } from '../n8n/webhooks';
import { stage } from './stage';

export const { get, post } = webhooksAt(stage.url);
