import { describeCrash } from './crash';
import { describeSpread } from './spread';
import { describeStop } from './stop';

// One file, since the order matters: the last one kills a worker.
describeSpread();
describeStop();
describeCrash();
