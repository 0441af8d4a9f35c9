/** The programs for the selected connection. */
import { element, make } from './dom.js'

/** @import { Program } from './programs.js' */

/** @param {readonly Program[]} programs */
export function showCode(programs) {
  const text = JSON.stringify(programs)
  const panel = element('panel-code')
  // A selection in the code survives the next poll.
  if (panel.dataset['text'] === text) return
  panel.dataset['text'] = text
  panel.replaceChildren(
    ...programs.flatMap(({ title, note, code }) => {
      const pre = make('pre', code, 'code')
      pre.tabIndex = 0
      const copy = make('button', 'Copy')
      copy.type = 'button'
      copy.setAttribute('aria-label', `Copy: ${title}`)
      copy.addEventListener('click', () => void copyText(code, copy, pre))
      const head = make('div', undefined, 'bar')
      head.append(make('h3', title), copy)
      return [head, ...(note === '' ? [] : [make('p', note, 'hint')]), pre]
    }),
  )
}

/**
 * @param {string} code
 * @param {HTMLButtonElement} copy
 * @param {HTMLElement} pre
 */
async function copyText(code, copy, pre) {
  try {
    await navigator.clipboard.writeText(code)
    copy.textContent = 'Copied'
  } catch {
    getSelection()?.selectAllChildren(pre)
    copy.textContent = 'Selected: press Ctrl + C'
  }
}
