import { busConformance } from '../testing';
import { kafkaBench } from '../testing/kafka-bench';

// A member dies with its process: the test of that needs one of its own.
busConformance('kafka', kafkaBench, { mortal: false });
