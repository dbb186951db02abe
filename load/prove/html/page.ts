import type { Comparison } from '../compare.ts'
import { bytes, counted, duration, number, quantity } from '../format.ts'
import { countOf, isMeasured, type ProveReport, type ScenarioReport } from '../report.ts'
import { figure } from './charts/figure.ts'
import { measuredClaims, openClaims } from './claim-tables.ts'
import { html, Markup } from './markup.ts'
import { STYLE } from './style.ts'

/** The report as one page that needs nothing else: no script, no font, no file beside it. */
export function htmlReport(report: ProveReport, comparison: Comparison | null): string {
  const { claims, scenarios } = report
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>MiniGram, measured ${day(report)}</title>
        <style>
          ${new Markup(STYLE)}
        </style>
      </head>
      <body>
        <header>
          <h1>MiniGram, measured</h1>
          ${headline(report)} ${facts(report)}
          ${
            report.warnings.length === 0
              ? null
              : html`<ul class="warnings">
                  ${report.warnings.map((warning) => html`<li>${warning}</li>`)}
                </ul>`
          }
          ${comparison ? comparedWith(report, comparison) : null}
        </header>
        <main>
          <h2 id="promises">Promises</h2>
          <p class="lead">
            Each is a number that MiniGram promises, what this run measured, and the command that measured it. The bar
            under a value ends in the middle where the value is the target.
          </p>
          ${measuredClaims(claims, comparison)} ${openClaims(claims)}
          <h2 id="scenarios">How it was measured</h2>
          <nav aria-label="Scenarios">${scenarios.map(({ name }) => html`<a href="#${name}">${name}</a>`)}</nav>
          ${scenarios.map(scenarioSection)}
        </main>
        <footer>
          <p>
            Load is open-loop: requests begin on schedule whatever the server does, and a latency counts from the
            intended start, so that waiting is not hidden. A value is void when the run measured something else, such as
            the load generator itself.
          </p>
          <p>
            The same data as JSON lies beside this page as <code>prove.json</code>;
            <code>./minigram prove --against prove.json</code> compares a new run with it.
          </p>
        </footer>
      </body>
    </html> `.text
}

function day({ startedAt }: Pick<ProveReport, 'startedAt'>): string {
  return `${startedAt.slice(0, 10)} ${startedAt.slice(11, 16)} UTC`
}

function headline({ claims, isInterrupted }: ProveReport): Markup {
  const [pass, fail, unsure] = [countOf(claims, 'pass'), countOf(claims, 'fail'), countOf(claims, 'void')]
  const missed = countOf(claims, 'missed')
  const none = claims.filter((row) => !isMeasured(row)).length
  const measured = pass + fail + unsure
  const text = headlineText(pass, measured)
  const share = (name: string, count: number) =>
    count === 0 ? null : html`<span class="${name}" style="flex: ${count}"></span>`
  return html`<p class="verdict">${text}${isInterrupted ? '; the run was interrupted' : ''}</p>
    <div class="shares" aria-hidden="true">
      ${[share('pass', pass), share('fail', fail), share('void', unsure), share('missed', missed), share('none', none)]}
    </div>
    <ul class="counts">
      <li><b>${pass}</b> hold</li>
      <li><b>${fail}</b> fail</li>
      <li><b>${unsure}</b> void</li>
      ${missed === 0 ? null : html`<li><b>${missed}</b> ${missed === 1 ? 'goal' : 'goals'} missed</li>`}
      <li><b>${countOf(claims, 'not run')}</b> not in this run</li>
      <li><b>${countOf(claims, 'not yet')}</b> not measured by this version</li>
    </ul>`
}

function headlineText(holding: number, measured: number): string {
  if (measured === 0) return 'Nothing was measured'
  if (holding < measured) return `${holding} of ${measured} promises that were measured hold`
  return measured === 1 ? 'The one promise that was measured holds' : `All ${measured} promises that were measured hold`
}

function facts({ startedAt, seconds, isQuick, command, machine, commit, stack }: ProveReport): Markup {
  const entries: readonly (readonly [string, Markup | string])[] = [
    ['Run', html`${day({ startedAt })}, ${isQuick ? 'quick' : 'full'}, ${duration(seconds)}`],
    ['Command', html`<code>${command}</code>`],
    [
      'Commit',
      commit ? html`<code>${commit.id.slice(0, 12)}</code>${commit.isDirty ? ' with changes' : ''}` : 'no git checkout',
    ],
    ['Machine', `${machine.cores} cores, ${bytes(machine.memoryBytes)}, ${machine.cpu}`],
    ['System', `${machine.system}, Linux ${machine.kernel}, Node ${machine.node}`],
    ['Load when it began', machine.loadAtStart.toFixed(2)],
    ['Stack', `${counted(stack.appServers, 'app server')}, ${counted(stack.pops, 'PoP')}, release ${stack.release}`],
    ['Data', `${number(stack.people)} people, ${number(stack.photos)} photos, ${number(stack.follows)} follows`],
  ]
  return html`<dl class="facts">
    ${entries.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`
}

function comparedWith({ isQuick, machine }: ProveReport, { name, before, changes }: Comparison): Markup {
  const turned = [...changes.values()].filter(({ verdicts }) => verdicts !== null)
  const doubts = [
    ...(before.isQuick === isQuick ? [] : ['one of the two was quick and the other full']),
    ...(before.machine.cores === machine.cores && before.machine.cpu === machine.cpu ? [] : ['the machines differ']),
  ]
  return html`<h2 id="compared">Against ${name}</h2>
    <p class="lead">
      That run began
      ${day(before)}${before.commit ? html`, at commit <code>${before.commit.id.slice(0, 12)}</code>` : null}.
      ${
        turned.length === 0
          ? 'No verdict changed.'
          : `Verdicts that changed: ${turned.map(({ id, verdicts }) => `${id} ${verdicts?.before} → ${verdicts?.now}`).join(', ')}.`
      }${doubts.length === 0 ? '' : ` Compare with care: ${doubts.join(', ')}.`}
    </p>`
}

function scenarioSection(scenario: ScenarioReport): Markup {
  const { name, about, seconds, command, outcome, reason, generator, measurements, charts } = scenario
  return html`<section class="scenario" id="${name}" aria-labelledby="${name}-title">
    <div class="head">
      <h3 id="${name}-title">${name}</h3>
      ${outcome === 'ran' ? null : html`<span class="pill ${outcome === 'failed' ? 'fail' : 'void'}">${outcome}</span>`}
    </div>
    <p class="about">${about}</p>
    <ul class="meta">
      <li>${seconds === null ? 'not run' : duration(seconds)}</li>
      <li><code>${command}</code></li>
      ${generator ? html`<li>generator: ${number(generator.cpuShare * 100)} % of a core, ${quantity(generator.lateP99Ms, 'ms')} late at p99${generator.isVoid ? '; it was the bottleneck' : ''}</li>` : null}
    </ul>
    ${outcome === 'failed' ? html`<p class="reason">${reason ?? 'no reason given'}</p>` : null}
    <ul class="findings">
      ${measurements.map(
        ({ claim, value, verdict, samples }) =>
          html`<li>
            <span class="pill ${verdict}">${claim} ${Number.isFinite(value) ? number(value) : '–'}</span>
            <span class="same">n = ${number(samples)}</span>
          </li>`,
      )}
    </ul>
    ${charts.length === 0 ? null : html`<div class="charts">${charts.map((chart, index) => figure(chart, `${name}-${index + 1}`))}</div>`}
  </section>`
}
