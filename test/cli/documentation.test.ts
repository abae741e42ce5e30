import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.js';
import { gatewayCommand } from '../../src/gateway/gateway-command.js';
import { Terminal } from '../../src/cli/terminal.js';

interface DocumentedCommand {
  /** `scrubjay labels set` */
  readonly name: string;
  readonly options: readonly string[];
}

describe('docs/cli.md', () => {
  let page: string;
  const commands = below(createProgram(new Terminal(), [gatewayCommand]), 'scrubjay');

  beforeAll(async () => {
    page = await readFile(join(import.meta.dirname, '../../docs/cli.md'), 'utf8');
  });

  it('is held against more than the top of the command line', () => {
    expect(commands.map(({ name }) => name)).toContain('scrubjay types new');
  });

  it.each(commands.map(({ name, options }) => [name, options] as const))(
    'names %s and its options in one place',
    (name, options) => {
      const place = placeOf(name);
      expect(options.filter((flag) => !place.includes(flag))).toEqual([]);
    },
  );

  /** The section or list item of a command: from its name to where the next one begins. */
  function placeOf(command: string): string {
    const heading = new RegExp(`^(?:##+ ${command}$|- \`${command}\`)`, 'm');
    const start = page.search(heading);
    expect({ command, documented: start >= 0 }).toEqual({ command, documented: true });
    const [head, ...rest] = page.slice(start).split('\n');
    const next = rest.findIndex((line) => /^(?:##+ |- `scrubjay )/.test(line));
    return [head, ...(next < 0 ? rest : rest.slice(0, next))].join('\n');
  }
});

function below(parent: Command, name: string): readonly DocumentedCommand[] {
  return parent.commands.flatMap((command) => {
    const full = `${name} ${command.name()}`;
    const options = command.options.map(({ long, short }) => long ?? short!);
    return [{ name: full, options }, ...below(command, full)];
  });
}
