import { describeCrash } from './crash';
import { fixture } from './fixture';
import { describePayOnce } from './payOnce';
import { describeKeyedCrash } from './payOnceCrash';
import { describeSpread } from './spread';
import { describeStop } from './stop';

// One file, since the order matters: the last one kills a worker.
if (fixture.line === '2.41') {
	describeSpread();
	describeStop();
	describePayOnce();
	describeCrash();
} else {
	// Queue mode of n8n 1 is tried for what its queue does otherwise.
	describePayOnce();
	describeKeyedCrash();
}
