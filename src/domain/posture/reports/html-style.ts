/** Colours that stay apart for the colour-blind (Okabe and Ito), and on paper. */
export const colours = {
  fail: '#b3361b',
  warn: '#c98a00',
  unknown: '#7a4fa3',
  pass: '#00735c',
  quiet: '#5c6470',
  line: '#d8dce2',
} as const;

export const style = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1a2028; background: #fff; max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem; }
h1 { font-size: 1.7rem; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .8rem; padding-bottom: .3rem; border-bottom: 2px solid ${colours.line}; }
h3 { font-size: 1rem; margin: 0 0 .4rem; }
p { margin: .3rem 0; }
.quiet, figcaption { color: ${colours.quiet}; font-size: .85rem; }
.count { color: ${colours.quiet}; font-weight: 400; }
.summary { display: flex; flex-wrap: wrap; gap: 2rem; align-items: flex-end; margin-top: 1.5rem; }
figure { margin: 0; }
.changes { margin-top: 1.2rem; padding: .5rem .8rem; background: #f2f4f7; border-left: 4px solid ${colours.quiet}; }
article { border: 1px solid ${colours.line}; border-left: 5px solid ${colours.quiet}; border-radius: 4px; padding: .8rem 1rem; margin: .8rem 0; break-inside: avoid; }
article.fail { border-left-color: ${colours.fail}; } article.warn { border-left-color: ${colours.warn}; } article.unknown { border-left-color: ${colours.unknown}; }
.severity { display: inline-block; font-size: .72rem; text-transform: uppercase; letter-spacing: .04em; padding: .05rem .45rem; border-radius: 3px; background: #e8ebef; }
.severity.critical { background: ${colours.fail}; color: #fff; } .severity.high { background: #f3d9d2; }
span.fail, span.warn, span.unknown, span.pass { padding: 0 .35rem; border-radius: 2px; color: #fff; }
span.fail { background: ${colours.fail}; } span.warn { background: ${colours.warn}; } span.unknown { background: ${colours.unknown}; } span.pass { background: ${colours.pass}; }
dl { display: grid; grid-template-columns: 9.5rem 1fr; gap: .25rem .8rem; margin: .6rem 0 .2rem; }
dt { color: ${colours.quiet}; } dd { margin: 0; overflow-wrap: anywhere; }
pre { margin: 0; padding: .5rem .7rem; background: #f5f6f8; border-radius: 3px; white-space: pre-wrap; overflow-wrap: anywhere; }
code, pre { font: .85em/1.45 ui-monospace, monospace; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid ${colours.line}; overflow-wrap: anywhere; }
th { color: ${colours.quiet}; font-weight: 600; } .number { text-align: right; font-variant-numeric: tabular-nums; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } h2 { break-after: avoid; } tr { break-inside: avoid; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;
