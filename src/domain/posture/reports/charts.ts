import type { PostureResults } from '../posture-results.js';
import { colours } from './html-style.js';
import { escapeXml } from './xml.js';

/** Half a circle from 0 to 100, coloured by what the score says. */
export function gauge(score: number | null): string {
  const share = (score ?? 0) / 100;
  const radius = 70;
  const length = Math.PI * radius;
  const colour =
    score === null ? colours.quiet : score < 50 ? colours.fail : score < 75 ? colours.warn : colours.pass;
  const arc = `M 15 90 A ${radius} ${radius} 0 0 1 155 90`;
  return `<svg width="170" height="105" viewBox="0 0 170 105" role="img" aria-label="Score ${score ?? 'none'} of 100">
<path d="${arc}" fill="none" stroke="${colours.line}" stroke-width="16"/>
<path d="${arc}" fill="none" stroke="${colour}" stroke-width="16" stroke-dasharray="${(share * length).toFixed(1)} ${length.toFixed(1)}"/>
<text x="85" y="86" text-anchor="middle" font-size="34" font-weight="600" fill="#1a2028">${score ?? '–'}</text>
<text x="85" y="102" text-anchor="middle" font-size="11" fill="${colours.quiet}">of 100</text></svg>`;
}

interface Bar {
  readonly label: string;
  readonly parts: readonly { readonly kind: 'fail' | 'warn' | 'unknown' | 'pass'; readonly count: number }[];
}

/** One line a severity, its parts in the order in which they matter. */
export function stackedBars(bars: readonly Bar[]): string {
  const width = 300;
  const most = Math.max(1, ...bars.map(({ parts }) => parts.reduce((sum, { count }) => sum + count, 0)));
  const rows = bars.map(({ label, parts }, i) => {
    const y = i * 26;
    let x = 70;
    const boxes = parts
      .filter(({ count }) => count > 0)
      .map(({ kind, count }) => {
        const w = (count / most) * width;
        const box = `<rect x="${x.toFixed(1)}" y="${y}" width="${w.toFixed(1)}" height="18" fill="${colours[kind]}"><title>${count} ${kind}</title></rect>${
          w > 16
            ? `<text x="${(x + w / 2).toFixed(1)}" y="${y + 13}" text-anchor="middle" font-size="11" fill="#fff">${count}</text>`
            : ''
        }`;
        x += w;
        return box;
      });
    return `<text x="62" y="${y + 13}" text-anchor="end" font-size="12" fill="#1a2028">${escapeXml(label)}</text>${boxes.join('')}`;
  });
  return `<svg width="380" height="${bars.length * 26}" viewBox="0 0 380 ${bars.length * 26}" role="img" aria-label="Answers by severity">${rows.join('')}</svg>`;
}

/** Scores over time, oldest first. */
export function trendLine(trend: PostureResults['trend']): string {
  const width = 260;
  const points = trend
    .map(({ score }, i) =>
      score === null
        ? null
        : `${((i / (trend.length - 1)) * width + 10).toFixed(1)},${(100 - score).toFixed(1)}`,
    )
    .filter((point) => point !== null);
  return `<svg width="280" height="110" viewBox="0 -4 280 110" role="img" aria-label="Score over time">
<line x1="10" y1="0" x2="270" y2="0" stroke="${colours.line}"/><line x1="10" y1="50" x2="270" y2="50" stroke="${colours.line}"/><line x1="10" y1="100" x2="270" y2="100" stroke="${colours.line}"/>
<polyline points="${points.join(' ')}" fill="none" stroke="${colours.pass}" stroke-width="2"/>
${points.map((point) => `<circle cx="${point.split(',')[0]}" cy="${point.split(',')[1]}" r="3" fill="${colours.pass}"/>`).join('')}</svg>`;
}
