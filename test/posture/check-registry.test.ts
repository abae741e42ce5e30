import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allChecks } from '../../src/domain/posture/all-checks.generated.js';
import { packageRoot } from '../../src/package-root.js';
import { readChecks } from '../../src/rules/read-checks.js';

describe('posture checks', () => {
  it('have one text each, and no text is without a check', async () => {
    const described = await readChecks();
    expect(described.map(({ id }) => id)).toEqual(allChecks.map(({ id }) => id).sort());
  });

  it('name controls of ISO/IEC 27001 and NIST SP 800-53', async () => {
    const lacking = (await readChecks()).filter(
      ({ controls }) =>
        !['iso-27001', 'nist-800-53'].every((wanted) =>
          controls.some(({ framework }) => framework === wanted),
        ),
    );
    expect(lacking.map(({ id }) => id)).toEqual([]);
  });

  it('say how each is mended and seen', () => {
    for (const { remedy, verify } of allChecks) {
      expect(remedy.steps.length).toBeGreaterThan(0);
      expect(verify.length).toBeGreaterThan(5);
    }
  });

  describe('in a folder with a mistake', () => {
    let folder: string;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'scrubjay-checks-'));
      await cp(join(packageRoot, 'rules', 'checks'), join(folder, 'checks'), { recursive: true });
      await cp(join(packageRoot, 'rules', 'control-sets.yaml'), join(folder, 'control-sets.yaml'));
    });

    afterEach(() => rm(folder, { recursive: true }));

    const write = (name: string, text: string) => writeFile(join(folder, 'checks', name), text);
    const text = (id: string, severity: string, set: string) =>
      `id: ${id}\ntitle: A\nseverity: ${severity}\nwhy: B\ncontrols:\n  sets: [${set}]\n`;

    it('a text without a check is refused, with its file', async () => {
      await write('no-such-check.yaml', text('no-such-check', 'low', 'access'));
      await expect(readChecks(folder)).rejects.toThrow(/no-such-check\.yaml:1: there is no check/);
    });

    it('an unknown severity is refused, with file and line', async () => {
      await write('postgres/pg-ssl-on.yaml', text('pg-ssl-on', 'enormous', 'access'));
      await expect(readChecks(folder)).rejects.toThrow(/pg-ssl-on\.yaml:3/);
    });

    it('an unknown set of controls is refused, with file and line', async () => {
      await write('postgres/pg-ssl-on.yaml', text('pg-ssl-on', 'low', 'magic'));
      await expect(readChecks(folder)).rejects.toMatchObject({ code: 'file-format', line: 6 });
    });

    it('a check without a text is refused, by its name', async () => {
      await rm(join(folder, 'checks', 'postgres', 'pg-ssl-on.yaml'));
      await expect(readChecks(folder)).rejects.toThrow(/pg-ssl-on has no text/);
    });
  });
});
