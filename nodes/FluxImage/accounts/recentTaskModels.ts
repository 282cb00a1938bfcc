import type { TaskModels } from '../client/apiCalls';

/** Tasks whose model is remembered, the one seen first going first; each has about 100 bytes. */
const MOST_TASKS = 10_000;

/** The models of an account's latest tasks: the queue gateways find a task by both. */
export class RecentTaskModels implements TaskModels {
	private readonly models = new Map<string, string>();

	get(requestId: string): string | undefined {
		return this.models.get(requestId);
	}

	set(requestId: string, modelId: string): void {
		this.models.set(requestId, modelId);
		for (const oldest of this.models.keys()) {
			if (this.models.size <= MOST_TASKS) return;
			this.models.delete(oldest);
		}
	}
}
