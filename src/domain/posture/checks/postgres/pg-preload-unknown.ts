import { defineCheck } from '../../check.js';
import { procedure, sql } from '../../remedy.js';
import { each, pass, warn } from '../../verdict.js';

/** Libraries of PostgreSQL itself and widely reviewed ones; others are declared under `libraries`. */
const reviewed = new Set([
  ...[
    'auto_explain',
    'auth_delay',
    'basic_archive',
    'pg_prewarm',
    'pg_stat_statements',
    'passwordcheck',
    'sepgsql',
  ],
  ...['pgaudit', 'pg_tde', 'pg_cron', 'pg_partman_bgw', 'pg_hint_plan', 'timescaledb', 'citus', 'set_user'],
  ...[
    'pg_stat_kcache',
    'pg_wait_sampling',
    'pglogical',
    'percona_pg_telemetry',
    'pg_stat_monitor',
    'credcheck',
  ],
  ...['rdsutils', 'azure', 'pg_qs', 'pgms_stats', 'pgms_wait_sampling', 'google_cloudsql'],
]);

const settingsThatLoad = [
  'shared_preload_libraries',
  'session_preload_libraries',
  'local_preload_libraries',
] as const;

/** A preloaded library runs inside every session, with the rights of the server. */
export const pgPreloadUnknown = defineCheck({
  id: 'pg-preload-unknown',
  on: 'postgres',
  reads: [
    'declarations',
    'settings.shared_preload_libraries',
    'settings.session_preload_libraries',
    'settings.local_preload_libraries',
  ],
  evaluate: ({ declarations, settings }) => {
    const known = (library: string) => reviewed.has(library) || declarations.libraries.includes(library);
    const loaded = settingsThatLoad.map((name) => {
      const all = (settings[name] ?? '').split(',').map((each) => each.trim().replace(/^"|"$/g, ''));
      return { name, libraries: all.filter((each) => each !== '') };
    });
    return each(
      loaded.filter(({ libraries }) => !libraries.every(known)),
      ({ name, libraries }) => {
        const kept = libraries.filter(known);
        const change =
          kept.length === 0
            ? `alter system reset ${name};`
            : `alter system set ${name} = ${kept.join(', ')};`;
        return warn(`loads ${libraries.filter((library) => !known(library)).join(', ')}`, {
          subject: name,
          remedy:
            name === 'shared_preload_libraries'
              ? { ...sql(change), then: 'restart' as const }
              : sql(change, 'select pg_reload_conf();'),
        });
      },
      pass('every preloaded library is a reviewed or declared one'),
    );
  },
  remedy: procedure('take the library out, or declare it under libraries'),
  verify: 'show shared_preload_libraries;',
});
