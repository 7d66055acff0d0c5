import { systemClock } from '../../src/clock';
import { createGateway } from '../../src/pushgateway/client';

/** Pushes one series to the address that it is given, as a process of its own, and prints how that went. */
const gateway = createGateway({
  url: process.argv[2] ?? '',
  credentials: async () => ({ kind: 'none' }),
  clock: systemClock,
});

gateway.push({ job: 'once' }, 'g 1\n', AbortSignal.timeout(10_000)).then(
  () => console.log('pushed'),
  (thrown: unknown) => console.log(String(thrown)),
);
