import { style } from '../posture/reports/html-style.js';
import { escapeXml as text } from '../posture/reports/xml.js';
import type { EvidenceManifest } from './evidence-manifest.js';

const states = {
  supported: ['supported', 'pass'],
  partly: ['speaks both ways', 'warn'],
  contradicted: ['contradicted', 'fail'],
  'no-exhibit': ['no exhibit', 'unknown'],
} as const;

/** The first page of a pack, for somebody who has never seen the tool. */
export function printIndexPage({ asOf, tool, files, controls }: Omit<EvidenceManifest, 'version'>): string {
  const rows = controls.map(({ id, title, state, says, exhibits }) => {
    const [name, kind] = states[state];
    const links = exhibits.map((path) => `<a href="${text(path)}">${text(path)}</a>`).join('<br>');
    const list =
      says.length === 0
        ? 'Nothing in this pack speaks to it.'
        : `<ul>${says.map((each) => `<li>${text(each)}</li>`).join('')}</ul>`;
    return `<tr><td><strong>${text(id)}</strong><br>${text(title)}</td><td><span class="${kind}">${name}</span></td><td>${list}</td><td>${links}</td></tr>`;
  });
  const listed = files.map(
    ({ path, about, sha256, bytes }) =>
      `<tr><td><a href="${text(path)}">${text(path)}</a></td><td>${text(about)}</td><td class="number">${bytes.toLocaleString('en')}</td><td><code>${sha256}</code></td></tr>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Evidence pack</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>${style} ul { margin: 0; padding-left: 1.1rem; } .controls td { overflow-wrap: break-word; } .number { white-space: nowrap; } .controls td:nth-child(2), .controls td:nth-child(4) { white-space: nowrap; }</style></head>
<body>
<h1>Evidence of data protection</h1>
<p class="quiet">As of ${text(asOf)}, collected by ${text(tool.name)} ${text(tool.version)}. Times are UTC.</p>
<p>This folder shows how the data of an organisation is classified, masked where it leaves production, and protected
where it lies. It was collected by a program: what people and procedures do beside it is shown elsewhere. It holds names
of columns and settings, and no value of the data.</p>
<section><h2>By control of ISO/IEC 27001:2022, Annex A</h2>
<table class="controls"><thead><tr><th>Control</th><th>State</th><th>What is shown</th><th>Exhibits</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></section>
<section><h2>Files</h2>
<table><thead><tr><th>File</th><th>What it is</th><th class="number">Bytes</th><th>SHA-256</th></tr></thead><tbody>${listed.join('\n')}</tbody></table></section>
<section><h2>How to check that nothing was changed</h2>
<p><code>manifest.dsse.json</code> lists every file with its SHA-256, and is signed (DSSE, Ed25519). With the public key
of whoever made the pack:</p>
<pre>scrubjay evidence verify evidence.zip --public-key operations.pem.pub</pre>
<p>By hand: decode <code>payload</code> of the manifest from base64, and hold its list against
<code>sha256sum</code> of each file.</p></section>
</body></html>
`;
}
