/** Writes the configuration lines of docs/doctor.md from those that `hawser doctor` prints: `node --import tsx scripts/doctor-page.ts`. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { boxNames, remedies } from '../packages/hawser/src/cli/doctor/remedies.ts'
import type { RemedyTopic } from '../packages/hawser/src/cli/doctor/remedies.ts'
import { read, root } from './sources.ts'

export const doctorPage = 'docs/doctor.md'

const titles: Readonly<Record<RemedyTopic, string>> = {
  upgrade: 'Passing on Upgrade and Connection',
  host: 'Passing on Host',
  scheme: 'Telling that the client uses TLS',
  idle: 'Idle timeouts',
  upstream: 'Reaching the WebSocket server',
  route: 'Routing a path',
  redirect: 'Redirects to https',
  certificate: 'Certificates',
  fields: 'Large fields',
  http2: 'WebSocket over HTTP/2',
}

/** The page with the lines of the code between its markers. */
export function withRemedies(page: string): string {
  const sections = (Object.keys(titles) as RemedyTopic[]).map((topic) => {
    const lines = Object.entries(boxNames).flatMap(([box, name]) => [
      `# ${name}`,
      ...remedies[topic][box as keyof typeof boxNames].map((line) => `  ${line}`),
    ])
    return `### ${titles[topic]}\n\n\`\`\`text\n${lines.join('\n')}\n\`\`\`\n`
  })
  return page.replace(/(<!-- remedies -->\n)[^]*?(<!-- end -->)/, (_all, start: string, end: string) => `${start}\n${sections.join('\n')}\n${end}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(join(root, doctorPage), withRemedies(read(doctorPage)))
