/** Settings that a client may bring with its start-up packet, and what each may be. */
const allowed: Readonly<Record<string, RegExp>> = {
  application_name: /^[ -~]{0,63}$/,
  datestyle: /^[\w ,]{1,40}$/,
  intervalstyle: /^\w{1,30}$/,
  timezone: /^[\w/+\-:<>., ]{1,60}$/,
  extra_float_digits: /^-?\d{1,2}$/,
  search_path: /^[\w$", -]{0,500}$/,
  statement_timeout: /^\d{1,9}(?:ms|s|min|h)?$/,
  lock_timeout: /^\d{1,9}(?:ms|s|min|h)?$/,
};

/** What a client asked for in its start-up packet cannot be had. */
export class SettingRefused extends Error {
  /** @param setting its name, as the client wrote it */
  constructor(
    readonly setting: string,
    problem: string,
  ) {
    super(problem);
  }
}

/**
 * The settings of a start-up packet, by name in lower case. Everything that is not on the list is refused:
 * a setting may change what a statement means.
 * @throws SettingRefused
 */
export function settingsOfStartup(parameters: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (name === 'user' || name === 'database' || name.startsWith('_pq_.')) continue;
    if (name === 'options') for (const [key, given] of readOptions(value)) take(settings, key, given);
    else take(settings, name, value);
  }
  return settings;
}

function take(settings: Map<string, string>, name: string, value: string): void {
  const key = name.toLowerCase();
  if (key === 'client_encoding') {
    if (!/^'?utf-?8'?$|^unicode$/i.test(value))
      throw new SettingRefused(name, 'only client_encoding UTF8 is served');
    return;
  }
  if (key === 'replication') {
    if (!/^(?:false|off|no|0)$/i.test(value)) throw new SettingRefused(name, 'replication is not served');
    return;
  }
  const pattern = Object.hasOwn(allowed, key) ? allowed[key] : undefined;
  if (!pattern)
    throw new SettingRefused(name, `the setting "${printable(name)}" cannot be given at the start`);
  if (!pattern.test(value))
    throw new SettingRefused(name, `the value of "${key}" is not one that can be given`);
  settings.set(key, value);
}

/** `-c name=value` and `--name=value`, split as the server does: at spaces, with backslash before one that stays. */
function* readOptions(options: string): Generator<readonly [string, string]> {
  const words = options.match(/(?:\\[^]|[^\s\\])+/g) ?? [];
  const plain = words.map((word) => word.replace(/\\([^])/g, '$1'));
  for (let i = 0; i < plain.length; i++) {
    const word = plain[i];
    const assignment =
      word === '-c'
        ? plain[++i]
        : word.startsWith('-c')
          ? word.slice(2)
          : word.startsWith('--')
            ? word.slice(2)
            : undefined;
    const equals = assignment?.indexOf('=') ?? -1;
    if (assignment === undefined || equals < 1)
      throw new SettingRefused('options', 'the options of the start-up packet cannot be read');
    yield [assignment.slice(0, equals).replaceAll('-', '_'), assignment.slice(equals + 1)];
  }
}

function printable(name: string): string {
  return name.replace(/[^ -~]/g, '?').slice(0, 63);
}

/**
 * Not RESET ALL, which would take the settings of masks away: a session with any other change serves its
 * client alone.
 */
const resets = Object.keys(allowed)
  .map((name) => `reset ${name}`)
  .join('; ');

/** Brings a session that has its start-up settings, or another client's, to these. */
export function settingsStatement(settings: ReadonlyMap<string, string>): string {
  const calls = [...settings].map(
    ([name, value]) => `pg_catalog.set_config(${quote(name)}, ${quote(value)}, false)`,
  );
  return calls.length === 0 ? resets : `${resets}; select ${calls.join(', ')}`;
}

/** As a constant under standard_conforming_strings, which our sessions start with. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
