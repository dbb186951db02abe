/** Everything the page needs to look like itself, on a screen and on paper. Neutral greys, as the pages of MiniGram. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#fff, #111); --raised: light-dark(#fff, #191919); --sunken: light-dark(#f5f5f4, #1d1d1d);
  --line: light-dark(#e4e4e2, #2e2e2e); --ink: light-dark(#161616, #f0f0f0); --muted: light-dark(#5c5c5c, #a8a8a8);
  --good: light-dark(#17733f, #5fca8c); --bad: light-dark(#b3261e, #ff8a75); --unsure: light-dark(#8a5a00, #e6b450);
  --good-soft: light-dark(#e6f4ea, #12301f); --bad-soft: light-dark(#fcebe9, #3b1712); --unsure-soft: light-dark(#fcf2dc, #35270a);
  --s0: light-dark(#1f62a8, #6cb0f0); --s1: light-dark(#c25a00, #f29a4c); --s2: light-dark(#0d776a, #4cc7b4);
  --s3: light-dark(#7a45b8, #bd93f0); --s4: light-dark(#a3316f, #ec84b8); --s5: light-dark(#5f6368, #b4b8bd);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif; }
main, header, footer { max-width: 1120px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 48px; }
h1 { font-size: 15px; font-weight: 600; color: var(--muted); margin: 0 0 12px; }
h2 { font-size: 21px; line-height: 1.25; letter-spacing: -0.01em; margin: 56px 0 4px; }
h3 { font-size: 17px; margin: 0; }
p { margin: 0; }
code { font: 12.5px/1.45 ui-monospace, 'SFMono-Regular', 'DejaVu Sans Mono', Menlo, Consolas, monospace; }
.lead { color: var(--muted); max-width: 68ch; }
.verdict { font-size: 38px; line-height: 1.12; letter-spacing: -0.022em; font-weight: 650; margin: 0; text-wrap: balance; }
.verdict + .lead { margin-top: 10px; }
.shares { display: flex; gap: 3px; height: 10px; margin: 26px 0 10px; }
.shares span { border-radius: 3px; min-width: 6px; }
.shares .pass { background: var(--good); } .shares .fail { background: var(--bad); } .shares :is(.void, .missed) { background: var(--unsure); }
.shares .none { background: var(--line); }
.counts { display: flex; flex-wrap: wrap; gap: 4px 22px; list-style: none; padding: 0; margin: 0; color: var(--muted); }
.counts b { color: var(--ink); font-variant-numeric: tabular-nums; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(230px, 1fr)); gap: 18px 28px; margin: 32px 0 0; padding: 22px 0 0; border-top: 1px solid var(--line); }
.facts dt { color: var(--muted); font-size: 13px; }
.facts dd { margin: 1px 0 0; overflow-wrap: anywhere; }
.warnings { margin: 26px 0 0; padding: 12px 16px 12px 34px; background: var(--unsure-soft); border-radius: 10px; }
nav { margin-top: 22px; display: flex; flex-wrap: wrap; gap: 6px 16px; }
nav a, footer a { color: inherit; text-underline-offset: 3px; text-decoration-color: var(--muted); }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--s0); outline-offset: 2px; border-radius: 4px; }

table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: 26px 0 6px; }
th { text-align: left; font-weight: 500; }
thead th { color: var(--muted); font-size: 13px; padding: 4px 12px 6px 0; border-bottom: 1px solid var(--line); }
.claims td, .claims tbody th { padding: 10px 12px 11px 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; }
.claims td:last-child, .claims thead th:last-child { padding: 10px 0 11px 18px; }
.claims thead th:last-child { padding: 4px 0 6px 18px; }
.claims .n { text-align: right; white-space: nowrap; }
.claims col.goal { width: 8.5rem; } .claims col.value { width: 10.5rem; } .claims col.change { width: 10.5rem; } .claims col.mark { width: 6.5rem; }
.claims .id { display: inline-block; min-width: 2.8rem; font-weight: 650; }
.claims .value { font-weight: 650; }
.claims .more { display: block; color: var(--muted); font-size: 13px; padding-left: 2.8rem; }
.claims .more span { margin-right: 14px; white-space: nowrap; }
.claims .note { color: var(--ink); }
.meter { display: block; margin: 6px 0 0 auto; width: 92px; height: 6px; }
.meter .track { fill: var(--line); } .meter .limit-at { stroke: var(--ink); stroke-width: 1.5; }
.meter .pass { fill: var(--good); } .meter .fail { fill: var(--bad); } .meter :is(.void, .missed) { fill: var(--unsure); }
.pill { display: inline-block; padding: 1px 9px 2px; border-radius: 99px; font-size: 13px; font-weight: 600; white-space: nowrap; }
.pill.pass { color: var(--good); background: var(--good-soft); } .pill.fail { color: var(--bad); background: var(--bad-soft); }
.pill:is(.void, .missed) { color: var(--unsure); background: var(--unsure-soft); } .pill.none { color: var(--muted); background: var(--sunken); }
.better { color: var(--good); } .worse { color: var(--bad); } .same { color: var(--muted); }
.open td, .open th { color: var(--muted); padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; }
.open th { color: var(--ink); }

.scenario { border-top: 1px solid var(--line); margin-top: 26px; padding-top: 24px; }
.scenario .head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 14px; }
.scenario .about { color: var(--muted); max-width: 76ch; }
.scenario .meta { display: flex; flex-wrap: wrap; gap: 4px 22px; margin-top: 8px; font-size: 13px; color: var(--muted); list-style: none; padding: 0; }
.scenario .reason { color: var(--bad); margin-top: 8px; }
.scenario .findings { font-size: 13px; list-style: none; display: flex; flex-wrap: wrap; gap: 8px 20px; padding: 0; margin: 14px 0 0; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr)); gap: 18px; margin-top: 20px; align-items: start; }
.chart { margin: 0; padding: 16px 18px 12px; background: var(--raised); border: 1px solid var(--line); border-radius: 12px; min-width: 0; }
.chart figcaption { font-weight: 600; }
.chart .unit { display: block; color: var(--muted); font-size: 13px; font-weight: 400; }
.chart svg[role='img'] { display: block; width: 100%; height: auto; margin-top: 8px; }
.chart .empty { color: var(--muted); padding: 40px 0; text-align: center; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 16px; padding: 0; margin: 8px 0 0; font-size: 13px; }
.legend svg { width: 22px; height: 10px; margin-right: 6px; }
.events { margin: 8px 0 0; padding: 0 0 0 1.4em; font-size: 13px; color: var(--muted); columns: 2; column-gap: 24px; }
.events span { color: var(--ink); font-variant-numeric: tabular-nums; }
.chart details { margin-top: 8px; font-size: 13px; color: var(--muted); }
.chart summary { cursor: pointer; min-height: 24px; }
.chart details p { margin: 4px 0 8px; overflow-wrap: anywhere; }
.scroll { max-height: 260px; overflow: auto; }
.scroll caption { padding: 4px 0; font-weight: 500; }
.scroll td, .scroll tbody th { padding: 2px 14px 2px 0; text-align: right; } .scroll tbody th { text-align: left; }
svg text { font-family: inherit; fill: var(--muted); font-size: 12px; font-variant-numeric: tabular-nums; }
svg .name, svg .value { fill: var(--ink); }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
svg .limit { stroke: var(--bad); stroke-width: 1.2; stroke-dasharray: 5 4; } svg .limit-text { fill: var(--bad); paint-order: stroke; stroke: var(--raised); stroke-width: 4px; stroke-linejoin: round; }
svg .mark { stroke: var(--muted); stroke-width: 1; stroke-dasharray: 2 3; } svg .mark-dot { fill: var(--ink); }
svg .mark-text { fill: var(--ground); font-size: 10.5px; font-weight: 650; }
svg .area { fill-opacity: 0.28; stroke-width: 1.4; }
svg .s0 { stroke: var(--s0); } svg .s1 { stroke: var(--s1); stroke-dasharray: 7 3; } svg .s2 { stroke: var(--s2); stroke-dasharray: 2 3.5; }
svg .s3 { stroke: var(--s3); stroke-dasharray: 9 3 2 3; } svg .s4 { stroke: var(--s4); } svg .s5 { stroke: var(--s5); stroke-dasharray: 7 3; }
svg .bar, svg .dot { stroke: none; }
svg .bar.s0, svg .dot.s0, svg .area.s0 { fill: var(--s0); } svg .bar.s1, svg .dot.s1, svg .area.s1 { fill: var(--s1); }
svg .bar.s2, svg .dot.s2, svg .area.s2 { fill: var(--s2); } svg .bar.s3, svg .dot.s3, svg .area.s3 { fill: var(--s3); }
svg .bar.s4, svg .dot.s4, svg .area.s4 { fill: var(--s4); } svg .bar.s5, svg .dot.s5, svg .area.s5 { fill: var(--s5); }
footer { color: var(--muted); font-size: 13px; padding-top: 48px; padding-bottom: 56px; }
footer p { max-width: 76ch; margin-top: 8px; }

@media (max-width: 640px) {
  main, header, footer { padding-left: 16px; padding-right: 16px; }
  header { padding-top: 28px; }
  .verdict { font-size: 29px; }
  .claims col { width: auto !important; }
  .claims .n { white-space: normal; }
  .claims .more { padding-left: 0; overflow-wrap: anywhere; }
  .claims .id { display: block; }
  .claims td, .claims tbody th { padding-right: 9px; }
  .claims td:last-child, .claims thead th:last-child { padding-left: 4px; }
  .meter { width: 64px; }
  .chart { padding: 14px 12px 10px; }
  svg text { font-size: 14px; } svg .mark-text { font-size: 11px; }
  .events { columns: 1; }
}
@media print {
  @page { size: A4; margin: 14mm 13mm; }
  :root { color-scheme: light; }
  body { font-size: 10.5pt; }
  main, header, footer { max-width: none; padding-left: 0; padding-right: 0; }
  header { padding-top: 0; }
  nav, .chart details { display: none; }
  h2 { margin-top: 26pt; }
  h2, h3, caption, .head { break-after: avoid; }
  tr, .chart, .facts, .scenario .head { break-inside: avoid; }
  .claims col.goal { width: 6.5rem; } .claims col.value { width: 7.5rem; } .claims col.mark { width: 5.6rem; }
  .charts { grid-template-columns: 1fr 1fr; gap: 10pt; }
  .chart { padding: 9pt 10pt; }
  .shares span, .pill, .warnings, .meter *, svg * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`
