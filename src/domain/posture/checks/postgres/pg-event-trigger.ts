import { defineCheck } from '../../check.js';
import { identifier, procedure, sql } from '../../remedy.js';
import { each, notApplicable, pass, warn } from '../../verdict.js';

/** An event trigger that guards or records DDL is of no use while it is off. */
export const pgEventTrigger = defineCheck({
  id: 'pg-event-trigger',
  on: 'postgres',
  reads: ['eventTriggers'],
  evaluate: ({ eventTriggers }) =>
    each(
      eventTriggers,
      ({ name, enabled }) => {
        const details = {
          subject: `event trigger ${name}`,
          remedy: sql(`alter event trigger ${identifier(name)} enable always;`),
        };
        return enabled === 'disabled' ? warn('is disabled', details) : pass(`fires (${enabled})`, details);
      },
      notApplicable('there is no event trigger'),
    ),
  remedy: procedure('enable the event trigger, or drop it'),
  verify: 'select evtname, evtenabled from pg_event_trigger;',
});
