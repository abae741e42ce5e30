import * as africaMiddleEast from './government-africa-middle-east.js';
import * as americas from './government-americas.js';
import * as asiaPacific from './government-asia-pacific.js';
import * as bank from './bank.js';
import * as checkSums from './check-sums.js';
import * as device from './device.js';
import * as easternEurope from './government-eastern-europe.js';
import * as northernEurope from './government-northern-europe.js';
import * as online from './online.js';
import * as phone from './phone.js';
import * as tax from './tax.js';
import type { Validator } from './validator.js';
import * as westernEurope from './government-western-europe.js';

const families: readonly object[] = [
  checkSums,
  bank,
  device,
  online,
  phone,
  tax,
  westernEurope,
  northernEurope,
  easternEurope,
  americas,
  asiaPacific,
  africaMiddleEast,
];

/** Every validator by the id that rule files name it with; each is a function that also describes itself. */
export const validators: ReadonlyMap<string, Validator> = new Map(
  families
    .flatMap((family) => Object.values(family) as unknown[])
    .filter((value): value is Validator => typeof value === 'function' && 'strength' in value)
    .map((validator) => [validator.id, validator]),
);
