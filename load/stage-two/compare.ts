import type { Rung } from '../capacity.ts'
import type { ClaimId } from '../claims.ts'
import { judge, type Measurement } from '../scenario.ts'

/** What a stage carries at most within its own promise, and how it does with as many people as Stage 2 carries. */
export interface StageFigures {
  most: Rung
  same: Rung
}

export interface Compared {
  measurements: (Measurement & { note: string })[]
  /** The brief's table with our figures. */
  table: string[]
}

/** How Stage 3 stands against Stage 2. People act once a second, so that there are as many as actions. */
export function compareStages(two: StageFigures, three: StageFigures): Compared {
  const people = (rung: Rung) => Math.round(rung.actionsPerSecond)
  const times = (value: number) => `${value.toFixed(1)}×`
  const percent = ({ failedShare }: Rung) => `${(failedShare * 100).toFixed(3)} %`
  const row = (claim: ClaimId, value: number, samples: number, note: string) => ({
    claim,
    value,
    verdict: judge(claim, value),
    samples,
    note,
  })
  const atMost = two.most.samples + three.most.samples
  const atSame = two.same.samples + three.same.samples
  const moreOften = people(three.most) / Math.max(1, people(two.most))
  const throughput = three.most.goodPerSecond / Math.max(1, two.most.goodPerSecond)
  const p95 = two.same.p95Ms / Math.max(1, three.same.p95Ms)
  // Where none failed of so many, what can be said is "fewer than one".
  const errors = two.same.failedShare / Math.max(three.same.failedShare, 1 / Math.max(1, three.same.samples))
  const withSame = `with ${people(two.same)} people in both`
  return {
    measurements: [
      row(
        'P7',
        moreOften,
        atMost,
        `${people(two.most)} people against ${people(three.most)}, each within its own promise`,
      ),
      row('P7b', p95, atSame, `${two.same.p95Ms.toFixed(0)} ms against ${three.same.p95Ms.toFixed(0)} ms ${withSame}`),
      row(
        'P7c',
        throughput,
        atMost,
        `${two.most.goodPerSecond.toFixed(0)} req/s against ${three.most.goodPerSecond.toFixed(0)}`,
      ),
      two.same.failedShare === 0
        ? {
            claim: 'P7d',
            value: 0,
            verdict: 'void',
            samples: atSame,
            note: `${withSame} Stage 2 failed none of ${two.same.samples} requests, Stage 3 ${percent(three.same)}: there is no ratio`,
          }
        : row('P7d', errors, atSame, `${percent(two.same)} against ${percent(three.same)} ${withSame}`),
    ],
    table: [
      ['', 'Stage 2', 'Stage 3', ''],
      ['people at most', String(people(two.most)), String(people(three.most)), times(moreOften)],
      ['P95 then', `${two.most.p95Ms.toFixed(0)} ms`, `${three.most.p95Ms.toFixed(0)} ms`, ''],
      ['req/s then', two.most.goodPerSecond.toFixed(0), three.most.goodPerSecond.toFixed(0), times(throughput)],
      ['errors then', percent(two.most), percent(three.most), ''],
      [
        `P95, ${people(two.same)} people`,
        `${two.same.p95Ms.toFixed(0)} ms`,
        `${three.same.p95Ms.toFixed(0)} ms`,
        `÷ ${p95.toFixed(1)}`,
      ],
      [
        `errors, ${people(two.same)} people`,
        percent(two.same),
        percent(three.same),
        errors > 0 ? `÷ ${errors.toFixed(1)}` : '',
      ],
    ].map(([name = '', ...cells]) => [name.padEnd(20), ...cells.map((cell) => cell.padStart(10))].join(' ').trimEnd()),
  }
}
