import { FLUX_NAME, type Outcome } from '../../tooling/engine/engine';

/** The hints that the node's last run shows above its output. */
export const hintsOf = ({ run }: Outcome): string[] =>
	(run.data.resultData.runData[FLUX_NAME]?.at(-1)?.hints ?? []).map(({ message }) => message);
