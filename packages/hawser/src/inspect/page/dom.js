/** The element with this id, which index.html has. @param {string} id */
export function element(id) {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`index.html has no element with the id ${id}`)
  return found
}

/** @param {string} id */
export function field(id) {
  return /** @type {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} */ (element(id))
}

/** @param {string} id */
export function button(id) {
  return /** @type {HTMLButtonElement} */ (element(id))
}

/**
 * A new element. Text is set as text, never as markup: most of it comes from a peer.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [text]
 * @param {string} [className]
 */
export function make(tag, text, className) {
  const node = document.createElement(tag)
  if (text !== undefined) node.textContent = text
  if (className !== undefined) node.className = className
  return node
}

/**
 * Sets text only where it differs: a screen reader announces each change of a status.
 * @param {Element} node
 * @param {string} text
 */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text
}

/**
 * A list of names and values.
 * @param {HTMLElement} list a `dl`
 * @param {readonly (readonly [name: string, value: string])[]} entries
 */
export function fillFacts(list, entries) {
  const text = entries.map(([name, value]) => `${name}\n${value}`).join('\n')
  if (list.dataset['text'] === text) return
  list.dataset['text'] = text
  list.replaceChildren(
    ...entries.map(([name, value]) => {
      const pair = make('div')
      pair.append(make('dt', name), make('dd', value))
      return pair
    }),
  )
}

/** The problems below the forms. The next action that succeeds clears all of them. @param {string} [id] @param {string} [text] */
export function problem(id, text = '') {
  for (const node of document.querySelectorAll('.problem')) say(node, node.id === id ? text : '')
}
